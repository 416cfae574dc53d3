// In-place changes of views: how the history of the base, and of every other view, follows.
//
// Note [In-place on views]
// v = view(b); v.mul_(w). The value of b changed where v looks, so the gradient of b must pass
// through the multiplication there and nowhere else. b gets a SliceNode as its history: of the
// incoming gradient it runs the inner node's backward on v's part, puts the result in that part's
// place, and passes the rest on unchanged. Views of b made earlier find that b's `generation` has
// moved and take a ViewOfBase node as their history, which reads their part out of b's.
#include "core/error.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/make_view.h"
#include "ops/views.h"

namespace taut {
namespace {

// The place of a view in its base.
struct Window {
  Dims sizes, strides;
  std::int64_t offset;

  Window(const Tensor& view, const TensorImpl& base)
      : sizes(view.sizes()), strides(view.strides()), offset(view.offset() - base.offset) {}
  Tensor of(const Tensor& t) const { return as_strided(t, sizes, strides, t.offset() + offset); }
};

// Memory for a gradient of the base, laid out as the base is so that windows mean the same in it.
Tensor zeros_laid_out(DimSpan sizes, DimSpan strides, DType dtype) {
  Tensor t = empty_strided(sizes, strides, dtype);
  fill_raw(t, 0);
  return t;
}

class ViewOfBase final : public Node {
 public:
  ViewOfBase(const Tensor& view, const Tensor& base)
      : window_(view, *base.impl()), sizes_(base.sizes()), strides_(base.strides()) {
    edges.push_back(edge_of(base));
  }
  const char* name() const override { return "AsStridedBackward0"; }
  void backward(GradFrame& frame) override {
    if (!frame.needs(0)) return;
    frame.give(0, strided_gradient(frame.grad(), {sizes_, strides_, 0},
                                   {window_.sizes, window_.strides, window_.offset}));
  }

 private:
  Window window_;
  Dims sizes_, strides_;
};

// Runs the inner node: its first input is the old value of the view, the others are ours.
class InnerFrame final : public GradFrame {
 public:
  InnerFrame(GradFrame& outer, Tensor grad) : outer_(outer), grad_(std::move(grad)) {}
  const Tensor& grad(std::int64_t) const override { return grad_; }
  bool needs(std::int64_t i) const override { return outer_.needs(i); }
  bool create_graph() const override { return outer_.create_graph(); }
  Dest dest(std::int64_t i, DimSpan sizes, DType dtype) override {
    if (i > 0) return outer_.dest(i, sizes, dtype);
    slice = empty(sizes, dtype);
    return {slice, 0.0};
  }
  void give(std::int64_t i, Tensor grad) override {
    if (i > 0) return outer_.give(i, std::move(grad));
    slice = std::move(grad);
  }

  Tensor slice;  // the gradient of the view's old value; undefined when there is none

 private:
  GradFrame& outer_;
  Tensor grad_;
};

class SliceNode final : public Node {
 public:
  SliceNode(const Tensor& view, const Tensor& base, Ref<Node> inner)
      : window_(view, *base.impl()),
        sizes_(base.sizes()),
        strides_(base.strides()),
        inner_(std::move(inner)) {
    edges.push_back(edge_of(base));
    for (std::int64_t i = 1; i < inner_->edges.size(); ++i) edges.push_back(inner_->edges[i]);
  }
  const char* name() const override { return "CopySlices"; }
  void backward(GradFrame& frame) override {
    Tensor whole = zeros_laid_out(sizes_, strides_, frame.grad().dtype());
    copy_(whole, frame.grad());
    InnerFrame inner(frame, clone(window_.of(whole)));
    inner_->backward(inner);
    if (!frame.needs(0)) return;
    Tensor part = window_.of(whole);
    if (inner.slice.defined()) {
      copy_(part, inner.slice);
    } else {
      copy_(part, zeros_like(part));
    }
    frame.give(0, whole);
  }
  void each_saved(SavedValues& values) override {
    // A gradient that read the saved result has the inner node in its graph, too: then it is
    // visited after this one, and released there.
    if (values.releasing() && inner_->use_count() > 1) return;
    inner_->each_saved(values);
  }

 private:
  Window window_;
  Dims sizes_, strides_;
  Ref<Node> inner_;
};

}  // namespace

void detail::rebase_view(const Tensor& view, const Ref<Node>& node) {
  const Tensor base(view.impl()->base);
  TAUT_CHECK(is_dense(base.sizes(), base.strides()), RuntimeError, node->name(),
             ": in-place on a view needs a base without overlapping or missing elements, got "
             "strides ",
             ShapeText{base.strides()}, " for shape ", ShapeText{base.sizes()});
  set_history(base, make<SliceNode>(view, base, node));
  ++base.impl()->generation;
  refresh_view_history(view);
}

void detail::refresh_view_history(const Tensor& view) {
  const Tensor base(view.impl()->base);
  view.impl()->view_generation = base.impl()->generation;
  if (base.requires_grad()) set_history(view, make<ViewOfBase>(view, base));
}

}  // namespace taut
