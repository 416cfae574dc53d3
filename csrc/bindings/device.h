// taut.device: a name for where tensors live, which for now is the CPU.
#pragma once

#include <optional>
#include <string>

#include "bindings/convert.h"

namespace taut {

struct Device {
  std::string type;
  std::optional<int64_t> index;
  bool operator==(const Device&) const = default;
};

// "cpu", "cuda:1": RuntimeError where that is no device's name.
Device parse_device(const std::string& text);
std::string str(const Device& device);

// RuntimeError unless tensors can be made on the device that o, a device or its name, stands for.
void check_device(py::handle o);
void bind_device(py::module_& m);

}  // namespace taut
