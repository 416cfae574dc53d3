// The graph and the engine, without Python.
#include <array>

#include "check.h"
#include "core/error.h"
#include "graph/leaf_alias.h"
#include "ops/matmul.h"
#include "taut.h"

using namespace taut;

namespace {

Tensor leaf(DimSpan sizes, double value) {
  Tensor t = full(sizes, value, DType::Float32);
  t.impl()->requires_grad = true;
  return t;
}
float first(const Tensor& t) { return *t.data<float>(); }
void run(const Tensor& t, bool retain = false, bool create = false) {
  backward(std::array{t}, {}, {}, retain, create);
}
Tensor total(const Tensor& t) { return sum(t, {}, false, {}); }

}  // namespace

TEST(gradients_of_a_product) {
  Tensor x = leaf(Dims{3}, 2), y = leaf(Dims{3}, 5);
  run(total(mul(x, y)));
  CHECK(first(grad_of(x)) == 5 && first(grad_of(y)) == 2);
}

TEST(uses_add_into_one_buffer) {
  Tensor w = leaf(Dims{4, 4}, 1);
  Tensor x = full(Dims{2, 4}, 1, DType::Float32);
  run(total(linear(linear(x, w, {}), w, {})));
  Tensor g = grad_of(w);
  const auto* memory = g.raw();
  run(total(linear(x, w, {})));
  CHECK(grad_of(w).raw() == memory);
  CHECK(first(g) == 2 * 4 + 4 * 2 + 2);
}

TEST(a_tied_step_makes_no_temporary_of_the_weight) {
  Tensor w = leaf(Dims{256, 256}, 0.01);
  Tensor x = full(Dims{2, 256}, 1, DType::Float32);
  auto step = [&] {
    Tensor h = x;
    for (int i = 0; i < 8; ++i) h = linear(h, w, {});
    run(total(h));
  };
  step();  // makes .grad
  reset_peak_memory_stats();
  step();
  CHECK(memory_stats().largest < static_cast<int64_t>(w.bytes()));
}

TEST(second_order) {
  Tensor x = leaf(Dims{}, 3);
  Tensor y = mul(mul(x, x), x);
  auto g = grad(std::array{y}, std::array{x}, {}, true, true, false);
  auto h = grad(std::array{g[0]}, std::array{x}, {}, false, false, false);
  CHECK(first(g[0]) == 27 && first(h[0]) == 18);
}

TEST(a_second_backward_is_an_error_and_leaves_a_usable_engine) {
  Tensor x = leaf(Dims{2}, 1);
  Tensor y = total(mul(x, x));
  run(y);
  CHECK_THROWS(RuntimeError, run(y));
  run(total(mul(x, x)));
  CHECK(first(grad_of(x)) == 4);
}

TEST(a_changed_value_is_noticed_through_any_alias) {
  Tensor x = leaf(Dims{2}, 1);
  Tensor y = total(mul(x, x));
  copy_(detach(x), full(Dims{2}, 7, DType::Float32));
  CHECK_THROWS(RuntimeError, run(y));
}

TEST(aliases_of_a_leaf_add_into_its_gradient) {
  Tensor w = leaf(Dims{3, 4}, 1);
  Tensor turned = leaf_alias(w, true, 1.0), weighted = leaf_alias(w, false, 5.0);
  CHECK(turned.raw() == w.raw() && same(turned.sizes(), Dims{4, 3}));
  CHECK(owner_of(turned).is(w) && owner_of(leaf_alias(turned, true, 1.0)).is(w));
  Tensor x = full(Dims{2, 4}, 1, DType::Float32);
  run(total(linear(linear(x, w, {}), turned, {})));
  Tensor g = grad_of(w);
  CHECK(first(g) == 2 * 4 + 2 * 4);
  CHECK(grad_of(turned).raw() == g.raw() && same(grad_of(turned).sizes(), Dims{4, 3}));
  run(total(linear(x, weighted, {})));
  CHECK(grad_of(w).raw() == g.raw() && first(g) == 2 * 4 + 2 * 4 + 5 * 2);
  run(total(mul(turned, turned)));  // through the alias's own node
  CHECK(first(g) == 2 * 4 + 2 * 4 + 5 * 2 + 2);
  set_leaf_data(turned, zeros(Dims{5, 3}, DType::Float32));
  CHECK(same(w.sizes(), Dims{3, 5}) && w.raw() == turned.raw() && w.raw() == weighted.raw());
  set_leaf_requires_grad(turned, false);
  CHECK(!w.requires_grad() && !weighted.requires_grad());
  turned = Tensor();
  int left = 0;
  for_each_alias(w, [&](TensorImpl&) { ++left; });
  CHECK(left == 1);
}

TEST(in_place_on_views_rebases) {
  Tensor base = zeros(Dims{2, 3}, DType::Float32), w = leaf(Dims{3}, 5);
  Tensor row = select(base, 0, 1), other = select(base, 0, 0);
  add_(row, w);
  CHECK(base.requires_grad() && other.requires_grad());
  run(total(mul(base, base)));
  CHECK(first(grad_of(w)) == 10);
}

TEST(a_million_operations) {
  Tensor x = leaf(Dims{}, 1), one = full(Dims{}, 1, DType::Float32);
  Tensor y = x;
  for (int i = 0; i < 1000000; ++i) y = add(y, one);
  run(y);
  CHECK(first(grad_of(x)) == 1);
  y = Tensor();  // frees the chain without recursion
}

TEST(threads_do_not_change_a_product) {
  Tensor a = zeros(Dims{300, 200}, DType::Float32), b = zeros(Dims{200, 100}, DType::Float32);
  for (int64_t i = 0; i < a.numel(); ++i) a.data<float>()[i] = static_cast<float>(i % 97) * 0.37f;
  for (int64_t i = 0; i < b.numel(); ++i) b.data<float>()[i] = static_cast<float>(i % 89) * 0.11f;
  set_num_threads(1);
  Tensor one = matmul(a, b);
  set_num_threads(2);
  Tensor two = matmul(a, b);
  CHECK(std::equal(one.data<float>(), one.data<float>() + one.numel(), two.data<float>()));
}

TEST_MAIN()
