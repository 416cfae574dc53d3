#include "bindings/device.h"

#include <algorithm>
#include <array>
#include <functional>

#include "core/error.h"

namespace taut {
namespace {

// The types that programs written for PyTorch name.
constexpr std::array<const char*, 6> kTypes = {"cpu", "cuda", "mps", "xpu", "xla", "meta"};

Device make_device(const std::string& type, std::optional<int64_t> index) {
  Device device = parse_device(type);
  if (!index) return device;
  TAUT_CHECK(!device.index, RuntimeError, "device: type (string) must not include an index because index "
             "was passed explicitly: ", type);
  TAUT_CHECK(*index >= 0, RuntimeError, "device: index must not be negative, got ", *index);
  device.index = index;
  return device;
}

std::string repr(const Device& device) {
  std::string out = "device(type='" + device.type + "'";
  if (device.index) out += ", index=" + std::to_string(*device.index);
  return out + ")";
}

}  // namespace

Device parse_device(const std::string& text) {
  const size_t colon = text.find(':');
  const std::string type = text.substr(0, colon);
  const bool known = std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
  TAUT_CHECK(known, RuntimeError, "Expected one of cpu, cuda, mps, xpu, xla, meta device type at start of "
             "device string: ", text);
  if (colon == std::string::npos) return {type, std::nullopt};
  const std::string index = text.substr(colon + 1);
  const bool digits = !index.empty() && index.size() < 4 &&
                      index.find_first_not_of("0123456789") == std::string::npos;
  TAUT_CHECK(digits, RuntimeError, "Invalid device string: '", text, "'");
  return {type, std::stoll(index)};
}

std::string str(const Device& device) {
  return device.index ? device.type + ":" + std::to_string(*device.index) : device.type;
}

void check_device(py::handle o) {
  if (o.is_none()) return;
  TAUT_CHECK(py::isinstance<Device>(o) || py::isinstance<py::str>(o), TypeError,
             "device must be a taut.device or str, got ", Py_TYPE(o.ptr())->tp_name);
  const Device device =
      py::isinstance<Device>(o) ? o.cast<Device>() : parse_device(o.cast<std::string>());
  TAUT_CHECK(device.type == "cpu", RuntimeError, "tensors live on the CPU, got device ", str(device));
}

void bind_device(py::module_& m) {
  py::class_<Device>(m, "device", "Where a tensor lives: device('cpu'), device('cpu', 0).")
      .def(py::init([](const Device& device) { return device; }), py::arg("device"))
      .def(py::init(&make_device), py::arg("type"), py::arg("index") = std::nullopt)
      .def_readonly("type", &Device::type, "The kind of device: 'cpu'.")
      .def_readonly("index", &Device::index, "Its number among devices of the kind, or None.")
      .def("__str__", [](const Device& d) { return str(d); })
      .def("__repr__", &repr)
      .def("__eq__", [](const Device& a, py::object b) {
        return py::isinstance<Device>(b) && a == b.cast<Device>();
      })
      .def("__hash__", [](const Device& d) { return std::hash<std::string>()(str(d)); })
      .def("__reduce__", [](py::object self) {
        const auto& d = self.cast<const Device&>();
        return py::make_tuple(py::type::of(self), py::make_tuple(d.type, d.index));
      });
}

}  // namespace taut
