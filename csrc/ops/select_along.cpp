#include "ops/select_along.h"

#include "graph/record.h"
#include "ops/creation.h"
#include "ops/gather.h"
#include "ops/views.h"

namespace taut {
namespace {

struct SelectAlongBackward final : Node {
  const char* label;
  int64_t dim;
  bool keepdim;
  Dims sizes;
  SavedTensor indices;
  SelectAlongBackward(const char* label, int64_t dim, bool keepdim, Dims sizes)
      : label(label), dim(dim), keepdim(keepdim), sizes(std::move(sizes)) {}
  const char* name() const override { return label; }
  void each_saved(SavedValues& values) override { values(indices); }
  void backward(GradFrame& frame) override {
    const Tensor& g = frame.grad();
    const Tensor places = indices.unpack(*this);
    if (sizes.empty()) return frame.give(0, g);
    const auto with_dim = [&](const Tensor& t) { return keepdim ? t : unsqueeze(t, dim); };
    frame.give(0, scatter(zeros_beside(g, sizes, g.dtype()), dim, with_dim(places), with_dim(g)));
  }
};

}  // namespace

void record_selection(const char* label, const Tensor& values, const Tensor& indices,
                      const Tensor& t, int64_t dim, bool keepdim) {
  if (!is_floating(t.dtype()) || !needs_grad(t)) return;
  auto node = make<SelectAlongBackward>(label, dim, keepdim, t.sizes());
  node->num_outputs = 2;
  set_edges(*node, {t});
  set_history(values, node);
  node->indices = SavedTensor(indices);
}

}  // namespace taut
