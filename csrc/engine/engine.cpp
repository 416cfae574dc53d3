#include "engine/engine.h"

#include <algorithm>
#include <mutex>

#include "core/error.h"
#include "engine/run.h"
#include "ops/accumulate.h"
#include "ops/copy.h"
#include "ops/creation.h"

namespace taut {
namespace {

// Nodes hold the bookkeeping, so one backward runs at a time; nested ones on the same thread do.
std::recursive_mutex g_engine_mutex;
void (*g_interrupt)() = nullptr;

Tensor root_grad(const Tensor& output, const Tensor& given, const char* op) {
  if (!given.defined()) {
    TAUT_CHECK(output.numel() == 1, RuntimeError, op,
               ": grad can be implicitly created only for scalar outputs, got shape ",
               ShapeText{output.sizes()});
    return ones_like(output);
  }
  TAUT_CHECK(same(given.sizes(), output.sizes()), RuntimeError, op,
             ": Mismatch in shape: grad_output has a shape of ", ShapeText{given.sizes()},
             " and output has a shape of ", ShapeText{output.sizes()}, ".");
  TAUT_CHECK(given.dtype() == output.dtype() || is_floating(given.dtype()), RuntimeError, op,
             ": grad_output must be floating point like the output, got ", given.dtype());
  return given.dtype() == output.dtype() ? given : cast(given, output.dtype());
}

void start(Run& run, std::span<const Tensor> outputs, std::span<const Tensor> grad_outputs,
           const char* op) {
  GradMode mode(run.create_graph);
  std::vector<Edge> roots;
  for (const auto& t : outputs) {
    roots.push_back(gradient_edge(t));
    TAUT_CHECK(roots.back().valid(), RuntimeError, op, ": element ", roots.size() - 1,
               " of tensors does not require grad and does not have a grad_fn");
  }
  std::vector<Tensor> grads;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    grads.push_back(
        root_grad(outputs[i], i < grad_outputs.size() ? grad_outputs[i] : Tensor(), op));
  }
  std::lock_guard lock(g_engine_mutex);
  run.prepare(roots);
  for (std::size_t i = 0; i < roots.size(); ++i) run.seed(roots[i], std::move(grads[i]));
  run.execute();
}

void add_captures(Run& run, std::span<const Tensor> inputs, const char* op) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Edge edge = gradient_edge(owner_of(inputs[i]));
    TAUT_CHECK(edge.valid(), RuntimeError, op,
               ": One of the differentiated Tensors does not require grad (input ", i, ")");
    run.captures.push_back({edge.node.get(), edge.nr, {}});
  }
}

}  // namespace

void set_interrupt_check(void (*f)()) { g_interrupt = f; }
void check_interrupt() {
  if (g_interrupt) g_interrupt();
}

void backward(std::span<const Tensor> outputs, std::span<const Tensor> grad_outputs,
              std::span<const Tensor> inputs, bool retain_graph, bool create_graph) {
  Run run(inputs.empty(), retain_graph, create_graph);
  add_captures(run, inputs, "backward");
  start(run, outputs, grad_outputs, "backward");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto& got = run.captures[i].grad;
    const Tensor& leaf = owner_of(inputs[i]);
    const auto first = std::find_if(inputs.begin(), inputs.end(),
                                    [&](const Tensor& t) { return owner_of(t).is(leaf); });
    if (first != inputs.begin() + static_cast<std::ptrdiff_t>(i)) continue;  // one under two names
    if (got.defined()) accumulate_into_grad(leaf, std::move(got), create_graph);
  }
}

std::vector<Tensor> grad(std::span<const Tensor> outputs, std::span<const Tensor> inputs,
                         std::span<const Tensor> grad_outputs, bool retain_graph, bool create_graph,
                         bool allow_unused) {
  TAUT_CHECK(!inputs.empty(), ValueError, "grad requires non-empty inputs.");
  Run run(false, retain_graph, create_graph);
  add_captures(run, inputs, "grad");
  start(run, outputs, grad_outputs, "grad");
  std::vector<Tensor> result;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto& got = run.captures[i].grad;
    TAUT_CHECK(got.defined() || allow_unused, RuntimeError,
               "grad: One of the differentiated Tensors appears to not have been used in the graph "
               "(input ",
               i, "). Set allow_unused=True if this is the desired behavior.");
    const auto* meta = meta_or_null(inputs[i]);
    result.push_back(meta != nullptr && meta->alias
                         ? detail::through_alias(*meta->alias, std::move(got))
                         : std::move(got));
  }
  return result;
}

// Each input gets an alias of its own, so that one tensor given as two inputs (q is k) does not
// receive the gradient of both in each.
void FusedNode::backward(GradFrame& frame) {
  if (!frame.create_graph()) return kernel(frame);
  const auto originals = inputs();
  SmallVec<Tensor, 4> aliases;
  std::vector<Tensor> wanted;
  std::vector<std::int64_t> positions;
  for (std::int64_t i = 0; i < originals.size(); ++i) {
    const Tensor& t = originals[i];
    const bool wants = i < edges.size() && frame.needs(i) && t.defined();
    aliases.push_back(wants ? identity(t) : t);
    if (!wants) continue;
    wanted.push_back(aliases.back());
    positions.push_back(i);
  }
  const auto outputs = reference(aliases);
  std::vector<Tensor> used, grads;
  for (std::int64_t o = 0; o < outputs.size(); ++o) {
    if (!frame.grad(o).defined() || !outputs[o].requires_grad()) continue;
    used.push_back(outputs[o]);
    grads.push_back(frame.grad(o));
  }
  auto result = grad(used, wanted, grads, /*retain_graph=*/true, /*create_graph=*/true,
                     /*allow_unused=*/true);
  for (std::size_t i = 0; i < result.size(); ++i) frame.give(positions[i], std::move(result[i]));
}

}  // namespace taut
