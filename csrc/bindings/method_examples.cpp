// Examples of what is a method only; run by the tests. Some have their sentence here, too.
#include "bindings/examples.h"

namespace taut {
namespace {

constexpr Example kExamples[] = {
    {"tolist", R"(>>> taut.ones(2, 2).tolist()
[[1.0, 1.0], [1.0, 1.0]])"},
    {"numpy", R"(>>> taut.ones(2).numpy()
array([1., 1.], dtype=float32))"},
    {"bernoulli_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(5).bernoulli_(0.5)
tensor([0., 0., 1., 0., 0.]))"},
    {"normal_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).normal_()
tensor([ 1.5410, -0.2934, -2.1788]))"},
    {"uniform_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).uniform_(-1, 1)
tensor([-0.0075,  0.5364, -0.8230]))"},
    {"log_normal_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).log_normal_()
tensor([5.9263e+01, 1.5116e+00, 3.4819e-02]))"},
    {"geometric_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).geometric_(0.5)
tensor([1., 1., 2.]))"},
    {"exponential_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).exponential_()
tensor([3.5083, 1.2304, 0.6150]))"},
    {"cauchy_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).cauchy_()
tensor([10.5977,  0.7648, -0.1283]))"},
    {"as_subclass", R"(>>> class Mine(taut.Tensor):
...     pass
>>> type(taut.zeros(2).as_subclass(Mine)).__name__
'Mine')",
     "The same tensor as an instance of a subclass of Tensor."},
    {"contiguous", R"(>>> taut.zeros(2, 3).t().contiguous().stride()
(2, 1))",
     "The tensor itself where its elements lie in the order of memory_format, else a copy that "
     "does."},
    {"copy_", R"(>>> taut.zeros(2).copy_(taut.tensor([1, 2]))
tensor([1., 2.]))",
     "Writes the elements of src, converted and broadcast, into the tensor itself; recorded."},
    {"data_ptr", R"(>>> x = taut.zeros(2, 3)
>>> x.data_ptr() == x.t().data_ptr()
True)",
     "The address of the first element."},
    {"detach_", R"(>>> (taut.tensor([1.0], requires_grad=True) * 2).detach_().requires_grad
False)",
     "Cuts the tensor itself off from the graph; RuntimeError for a view."},
    {"dim", R"(>>> taut.zeros(2, 3).dim()
2)",
     "The number of dimensions."},
    {"element_size", R"(>>> taut.zeros(2, dtype=taut.float64).element_size()
8)",
     "Bytes of one element."},
    {"expand", R"(>>> taut.tensor([[1], [2]]).expand(2, 3)
tensor([[1, 1, 1],
        [2, 2, 2]]))"},
    {"expand_as", R"(>>> taut.tensor([[1], [2]]).expand_as(taut.zeros(2, 3))
tensor([[1, 1, 1],
        [2, 2, 2]]))"},
    {"is_contiguous", R"(>>> taut.zeros(2, 3).t().is_contiguous()
False)",
     "Whether the elements lie in memory in the order of memory_format, without gaps."},
    {"is_floating_point", R"(>>> taut.tensor([1]).is_floating_point()
False)",
     "Whether the elements are floating-point numbers."},
    {"is_inference", R"(>>> taut.tensor([1]).is_inference()
False)",
     "Whether it was made under inference_mode()."},
    {"item", R"(>>> taut.tensor([2.5]).item()
2.5)",
     "The only element as a Python number; RuntimeError for more or none."},
    {"ndimension", R"(>>> taut.zeros(2, 3).ndimension()
2)",
     "The number of dimensions."},
    {"nelement", R"(>>> taut.zeros(2, 3).nelement()
6)",
     "The number of elements."},
    {"new_empty", R"(>>> taut.zeros(2, 3).new_empty(2).dtype
torch.float32)",
     "A tensor of the given size, of this dtype unless told otherwise, with arbitrary content."},
    {"new_empty_strided", R"(>>> taut.zeros(2, 3).new_empty_strided((2, 3), (1, 2)).stride()
(1, 2))",
     "A tensor of the given size and strides, of this dtype unless told otherwise, with arbitrary "
     "content."},
    {"new_full", R"(>>> taut.tensor([1, 2]).new_full((2,), 7)
tensor([7, 7]))",
     "A tensor of the given size and of this dtype filled with one number."},
    {"new_ones", R"(>>> taut.tensor([1, 2]).new_ones(2)
tensor([1, 1]))",
     "A tensor of the given size and of this dtype filled with ones."},
    {"new_tensor", R"(>>> taut.tensor([1.0, 2.0]).new_tensor([3, 4])
tensor([3., 4.]))",
     "The data as a tensor of its own, of this dtype unless told otherwise."},
    {"new_zeros", R"(>>> taut.tensor([1, 2]).new_zeros(2)
tensor([0, 0]))",
     "A tensor of the given size and of this dtype filled with zeros."},
    {"numel", R"(>>> taut.zeros(2, 3).numel()
6)",
     "The number of elements."},
    {"random_", R"(>>> _ = taut.manual_seed(0)
>>> taut.zeros(3).random_(0, 10)
tensor([4., 9., 3.]))"},
    {"repeat", R"(>>> taut.tensor([1, 2]).repeat(2, 2)
tensor([[1, 2, 1, 2],
        [1, 2, 1, 2]]))"},
    {"reshape_as", R"(>>> taut.arange(4).reshape_as(taut.zeros(2, 2))
tensor([[0, 1],
        [2, 3]]))"},
    {"retain_grad", R"(>>> x = taut.tensor([1.0], requires_grad=True)
>>> y = x * 2
>>> y.retain_grad()
>>> y.sum().backward()
>>> y.grad
tensor([1.]))",
     "Keeps the gradient of a result in its grad, as leaves do."},
    {"size", R"(>>> taut.zeros(2, 3).size(), taut.zeros(2, 3).size(1)
(torch.Size([2, 3]), 3))",
     "The sizes of the dimensions, or that of dim."},
    {"storage_offset", R"(>>> taut.arange(5)[2:].storage_offset()
2)",
     "Where in its storage the first element lies, in elements."},
    {"stride", R"(>>> taut.zeros(2, 3).stride(), taut.zeros(2, 3).stride(0)
((3, 1), 3))",
     "How far apart neighbours lie in each dimension, or in dim, in elements."},
    {"unfold", R"(>>> taut.arange(5).unfold(0, 3, 1)
tensor([[0, 1, 2],
        [1, 2, 3],
        [2, 3, 4]]))"},
    {"view", R"(>>> taut.arange(4).view(2, 2)
tensor([[0, 1],
        [2, 3]]))"},
    {"view_as", R"(>>> taut.arange(4).view_as(taut.zeros(2, 2))
tensor([[0, 1],
        [2, 3]]))"},
};

}  // namespace

std::span<const Example> method_examples() { return kExamples; }

}  // namespace taut
