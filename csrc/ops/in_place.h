// One body for an operation and its in-place form.
#pragma once

#include "graph/record.h"
#include "ops/copy.h"
#include "ops/overwrite.h"

namespace taut {

enum class Where { Copy, CopyKeepingLayout, InPlace };

// Runs write(target) on self itself or on a copy of it, and makes node() the history of the result.
// node() is called before the write, and may return null.
template <class MakeNode, class Write>
Tensor on_target(Where where, const Tensor& self, const char* op, MakeNode node, Write write) {
  if (where == Where::InPlace) check_writable(self, op);
  const Ref<Node> history = node();
  if (where == Where::InPlace) {
    write(self);
    finish_inplace(self, history);
    return self;
  }
  const Tensor out =
      where == Where::Copy ? empty_beside(self, self.sizes(), self.dtype()) : empty_like(self);
  copy_raw(out, self);
  write(out);
  if (history) set_history(out, history);
  return out;
}

}  // namespace taut
