// Examples of functions of whole tensors; run by the tests.
#include "bindings/examples.h"

namespace taut {
namespace {

constexpr Example kExamples[] = {
    {"addbmm", R"(>>> taut.addbmm(taut.zeros(2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2))
tensor([[12., 12.],
        [12., 12.]]))"},
    {"addmm",
     R"(>>> taut.addmm(taut.ones(2, 2), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), beta=10)
tensor([[17., 20.],
        [25., 32.]]))"},
    {"addmv",
     R"(>>> taut.addmv(taut.tensor([10.0, 20.0]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
tensor([ 9., 19.]))"},
    {"addr", R"(>>> taut.addr(taut.zeros(2, 2), taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
tensor([[3., 4.],
        [6., 8.]]))"},
    {"adjoint", R"(>>> taut.adjoint(taut.arange(6).reshape(2, 3))
tensor([[0, 3],
        [1, 4],
        [2, 5]]))"},
    {"all", R"(>>> taut.all(taut.tensor([[True, False], [True, True]]), dim=1)
tensor([False,  True]))"},
    {"alpha_dropout", R"(>>> _ = taut.manual_seed(0)
>>> taut.alpha_dropout(taut.ones(4), 0.5, True)
tensor([-0.7792, -0.7792,  1.6656, -0.7792]))"},
    {"amax", R"(>>> taut.amax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([2., 4.]))"},
    {"amin", R"(>>> taut.amin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([1., 3.]))"},
    {"aminmax", R"(>>> taut.aminmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
torch.return_types.aminmax(
min=tensor([1., 3.]),
max=tensor([2., 4.])))"},
    {"any", R"(>>> taut.any(taut.tensor([[True, False], [True, True]]), dim=1)
tensor([True, True]))"},
    {"argmax", R"(>>> taut.argmax(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([1, 1]))"},
    {"argmin", R"(>>> taut.argmin(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([0, 0]))"},
    {"argsort", R"(>>> taut.argsort(taut.tensor([3.0, 1.0, 2.0]))
tensor([1, 2, 0]))"},
    {"argwhere", R"(>>> taut.argwhere(taut.tensor([0, 3, 0, 5]))
tensor([[1],
        [3]]))"},
    {"as_strided", R"(>>> taut.as_strided(taut.arange(5), (3, 3), (1, 1))
tensor([[0, 1, 2],
        [1, 2, 3],
        [2, 3, 4]]))"},
    {"baddbmm",
     R"(>>> taut.baddbmm(taut.zeros(3, 2, 2), taut.ones(3, 2, 4), taut.ones(3, 4, 2)).shape
torch.Size([3, 2, 2]))"},
    {"bernoulli", R"(>>> _ = taut.manual_seed(0)
>>> taut.bernoulli(taut.tensor([0.0, 0.5, 1.0]))
tensor([0., 0., 1.]))"},
    {"bincount", R"(>>> taut.bincount(taut.tensor([0, 1, 1, 3]))
tensor([1, 2, 0, 1]))"},
    {"bmm", R"(>>> taut.bmm(taut.ones(5, 2, 3), taut.ones(5, 3, 4)).shape
torch.Size([5, 2, 4]))"},
    {"broadcast_tensors",
     R"(>>> [t.shape for t in taut.broadcast_tensors(taut.zeros(2, 1), taut.zeros(3))]
[torch.Size([2, 3]), torch.Size([2, 3])])"},
    {"broadcast_to", R"(>>> taut.broadcast_to(taut.tensor([1, 2]), (2, 2))
tensor([[1, 2],
        [1, 2]]))"},
    {"bucketize", R"(>>> taut.bucketize(taut.tensor([1, 5, 9]), taut.tensor([2, 4, 6]))
tensor([0, 2, 3]))"},
    {"cat", R"(>>> taut.cat([taut.tensor([1, 2]), taut.tensor([3])])
tensor([1, 2, 3]))"},
    {"chunk", R"(>>> taut.chunk(taut.arange(5), 2)
(tensor([0, 1, 2]), tensor([3, 4])))"},
    {"clone", R"(>>> x = taut.tensor([1, 2])
>>> taut.clone(x).data_ptr() == x.data_ptr()
False)"},
    {"concat", R"(>>> taut.concat([taut.tensor([1, 2]), taut.tensor([3])])
tensor([1, 2, 3]))"},
    {"concatenate", R"(>>> taut.concatenate([taut.tensor([1, 2]), taut.tensor([3])])
tensor([1, 2, 3]))"},
    {"constant_pad_nd", R"(>>> taut.constant_pad_nd(taut.tensor([1, 2]), (1, 2), 9)
tensor([9, 1, 2, 9, 9]))"},
    {"count_nonzero", R"(>>> taut.count_nonzero(taut.tensor([[0, 1], [2, 3]]), dim=1)
tensor([1, 2]))"},
    {"cummax", R"(>>> taut.cummax(taut.tensor([1.0, 3.0, 2.0]), dim=0)
torch.return_types.cummax(
values=tensor([1., 3., 3.]),
indices=tensor([0, 1, 1])))"},
    {"cummin", R"(>>> taut.cummin(taut.tensor([1.0, 3.0, 2.0]), dim=0)
torch.return_types.cummin(
values=tensor([1., 1., 1.]),
indices=tensor([0, 0, 0])))"},
    {"cumprod", R"(>>> taut.cumprod(taut.tensor([1.0, 3.0, 2.0]), dim=0)
tensor([1., 3., 6.]))"},
    {"cumsum", R"(>>> taut.cumsum(taut.tensor([1.0, 3.0, 2.0]), dim=0)
tensor([1., 4., 6.]))"},
    {"detach", R"(>>> x = taut.tensor([1.0], requires_grad=True)
>>> taut.detach(x).requires_grad
False)"},
    {"diag", R"(>>> taut.diag(taut.tensor([1, 2]))
tensor([[1, 0],
        [0, 2]]))"},
    {"diag_embed", R"(>>> taut.diag_embed(taut.ones(2, 3)).shape
torch.Size([2, 3, 3]))"},
    {"diagonal", R"(>>> taut.diagonal(taut.arange(6).reshape(2, 3))
tensor([0, 4]))"},
    {"dot", R"(>>> taut.dot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
tensor(11.))"},
    {"dropout", R"(>>> _ = taut.manual_seed(0)
>>> taut.dropout(taut.ones(5), 0.5, True)
tensor([0., 0., 2., 0., 0.]))"},
    {"embedding",
     R"(>>> taut.embedding(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1, 1, 0]))
tensor([[3., 4.],
        [3., 4.],
        [1., 2.]]))"},
    {"empty", R"(>>> taut.empty(2, 3).shape
torch.Size([2, 3]))"},
    {"empty_like", R"(>>> taut.empty_like(taut.arange(6).reshape(2, 3)).dtype
torch.int64)"},
    {"empty_permuted", R"(>>> taut.empty_permuted((2, 3), (1, 0)).stride()
(1, 2))"},
    {"empty_strided", R"(>>> taut.empty_strided((2, 3), (1, 2)).stride()
(1, 2))"},
    {"feature_alpha_dropout", R"(>>> _ = taut.manual_seed(0)
>>> taut.feature_alpha_dropout(taut.ones(1, 3, 2), 0.5, False)
tensor([[[1., 1.],
         [1., 1.],
         [1., 1.]]]))"},
    {"feature_dropout", R"(>>> _ = taut.manual_seed(0)
>>> taut.feature_dropout(taut.ones(1, 3, 2), 0.5, True)
tensor([[[0., 0.],
         [0., 0.],
         [2., 2.]]]))"},
    {"fill", R"(>>> taut.fill(taut.zeros(2), 7)
tensor([7., 7.]))"},
    {"flatten", R"(>>> taut.flatten(taut.arange(6).reshape(2, 3))
tensor([0, 1, 2, 3, 4, 5]))"},
    {"flip", R"(>>> taut.flip(taut.arange(6).reshape(2, 3), (1,))
tensor([[2, 1, 0],
        [5, 4, 3]]))"},
    {"from_numpy", R"(>>> import numpy
>>> taut.from_numpy(numpy.ones(2, dtype=numpy.float32))
tensor([1., 1.]))"},
    {"gather", R"(>>> taut.gather(taut.arange(6).reshape(2, 3), 1, taut.tensor([[2], [0]]))
tensor([[2],
        [3]]))"},
    {"ger", R"(>>> taut.ger(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
tensor([[3., 4.],
        [6., 8.]]))"},
    {"index_add", R"(>>> taut.index_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
tensor([1., 0., 2.]))"},
    {"index_copy",
     R"(>>> taut.index_copy(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([1.0, 2.0]))
tensor([1., 0., 2.]))"},
    {"index_fill", R"(>>> taut.index_fill(taut.zeros(3), 0, taut.tensor([0, 2]), 7)
tensor([7., 0., 7.]))"},
    {"index_put", R"(>>> taut.index_put(taut.zeros(3), (taut.tensor([0, 2]),), taut.tensor(7.0))
tensor([7., 0., 7.]))"},
    {"index_reduce",
     R"(>>> taut.index_reduce(taut.ones(3), 0, taut.tensor([0, 2, 2]), taut.tensor([2.0, 3.0, 4.0]), "prod")
tensor([ 2.,  1., 12.]))"},
    {"index_select", R"(>>> taut.index_select(taut.arange(6).reshape(2, 3), 1, taut.tensor([2, 0]))
tensor([[2, 0],
        [5, 3]]))"},
    {"isin", R"(>>> taut.isin(taut.tensor([1, 2, 3]), taut.tensor([2, 3]))
tensor([False,  True,  True]))"},
    {"kthvalue", R"(>>> taut.kthvalue(taut.tensor([3.0, 1.0, 2.0]), 2)
torch.return_types.kthvalue(
values=tensor(2.),
indices=tensor(2)))"},
    {"linear",
     R"(>>> taut.linear(taut.tensor([[1.0, 2.0]]), taut.tensor([[3.0, 4.0]]), taut.tensor([0.5]))
tensor([[11.5000]]))"},
    {"log_softmax", R"(>>> taut.log_softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
tensor([-2.4076, -1.4076, -0.4076]))"},
    {"logcumsumexp", R"(>>> taut.logcumsumexp(taut.tensor([1.0, 3.0, 2.0]), dim=0)
tensor([1.0000, 3.1269, 3.4076]))"},
    {"logsumexp", R"(>>> taut.logsumexp(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([2.3133, 4.3133]))"},
    {"masked_fill",
     R"(>>> taut.masked_fill(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3, -1)
tensor([[ 0,  1,  2],
        [ 3, -1, -1]]))"},
    {"masked_scatter",
     R"(>>> taut.masked_scatter(taut.zeros(3), taut.tensor([True, False, True]), taut.tensor([1.0, 2.0]))
tensor([1., 0., 2.]))"},
    {"masked_select",
     R"(>>> taut.masked_select(taut.arange(6).reshape(2, 3), taut.arange(6).reshape(2, 3) > 3)
tensor([4, 5]))"},
    {"matmul", R"(>>> taut.matmul(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
tensor([-1., -1.]))"},
    {"max", R"(>>> taut.max(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
torch.return_types.max(
values=tensor([2., 4.]),
indices=tensor([1, 1])))"},
    {"mean", R"(>>> taut.mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([1.5000, 3.5000]))"},
    {"median", R"(>>> taut.median(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
torch.return_types.median(
values=tensor([1., 3.]),
indices=tensor([0, 0])))"},
    {"min", R"(>>> taut.min(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
torch.return_types.min(
values=tensor([1., 3.]),
indices=tensor([0, 0])))"},
    {"mm",
     R"(>>> taut.mm(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([[1.0, 2.0], [3.0, 4.0]]))
tensor([[ 7., 10.],
        [15., 22.]]))"},
    {"moveaxis", R"(>>> taut.moveaxis(taut.zeros(2, 3, 5), 0, -1).shape
torch.Size([3, 5, 2]))"},
    {"movedim", R"(>>> taut.movedim(taut.zeros(2, 3, 5), 0, -1).shape
torch.Size([3, 5, 2]))"},
    {"msort", R"(>>> taut.msort(taut.tensor([3.0, 1.0, 2.0]))
tensor([1., 2., 3.]))"},
    {"multinomial", R"(>>> _ = taut.manual_seed(0)
>>> taut.multinomial(taut.tensor([0.0, 0.3, 0.7]), 2)
tensor([2, 1]))"},
    {"mv", R"(>>> taut.mv(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), taut.tensor([1.0, -1.0]))
tensor([-1., -1.]))"},
    {"nanmean", R"(>>> taut.nanmean(taut.tensor([1.0, taut.nan, 3.0]))
tensor(2.))"},
    {"nanmedian", R"(>>> taut.nanmedian(taut.tensor([1.0, taut.nan, 3.0, 5.0]))
tensor(3.))"},
    {"nansum", R"(>>> taut.nansum(taut.tensor([1.0, taut.nan, 3.0]))
tensor(4.))"},
    {"narrow", R"(>>> taut.narrow(taut.arange(6).reshape(2, 3), 1, 0, 2)
tensor([[0, 1],
        [3, 4]]))"},
    {"nonzero", R"(>>> taut.nonzero(taut.tensor([0, 3, 0, 5]))
tensor([[1],
        [3]]))"},
    {"norm", R"(>>> taut.norm(taut.tensor([3.0, 4.0]))
tensor(5.))"},
    {"normal", R"(>>> _ = taut.manual_seed(0)
>>> taut.normal(0.0, taut.tensor([1.0, 100.0]))
tensor([  1.5410, -29.3429]))"},
    {"ones", R"(>>> taut.ones(2, 3)
tensor([[1., 1., 1.],
        [1., 1., 1.]]))"},
    {"ones_like", R"(>>> taut.ones_like(taut.arange(6).reshape(2, 3))
tensor([[1, 1, 1],
        [1, 1, 1]]))"},
    {"outer", R"(>>> taut.outer(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
tensor([[3., 4.],
        [6., 8.]]))"},
    {"permute", R"(>>> taut.permute(taut.zeros(2, 3, 5), (2, 0, 1)).shape
torch.Size([5, 2, 3]))"},
    {"poisson", R"(>>> _ = taut.manual_seed(0)
>>> taut.poisson(taut.tensor([0.0, 5.0, 50.0]))
tensor([ 0.,  8., 45.]))"},
    {"prod", R"(>>> taut.prod(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([ 2., 12.]))"},
    {"put", R"(>>> taut.put(taut.zeros(3), taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
tensor([5., 0., 6.]))"},
    {"rand", R"(>>> _ = taut.manual_seed(0)
>>> taut.rand(3)
tensor([0.4963, 0.7682, 0.0885]))"},
    {"rand_like", R"(>>> _ = taut.manual_seed(0)
>>> taut.rand_like(taut.zeros(3))
tensor([0.4963, 0.7682, 0.0885]))"},
    {"randint", R"(>>> _ = taut.manual_seed(0)
>>> taut.randint(0, 10, (5,))
tensor([4, 9, 3, 0, 3]))"},
    {"randint_like", R"(>>> _ = taut.manual_seed(0)
>>> taut.randint_like(taut.zeros(3), 10)
tensor([4., 9., 3.]))"},
    {"randn", R"(>>> _ = taut.manual_seed(0)
>>> taut.randn(3)
tensor([ 1.5410, -0.2934, -2.1788]))"},
    {"randn_like", R"(>>> _ = taut.manual_seed(0)
>>> taut.randn_like(taut.zeros(3))
tensor([ 1.5410, -0.2934, -2.1788]))"},
    {"randperm", R"(>>> _ = taut.manual_seed(0)
>>> taut.randperm(5)
tensor([4, 0, 1, 3, 2]))"},
    {"ravel", R"(>>> taut.ravel(taut.arange(6).reshape(2, 3))
tensor([0, 1, 2, 3, 4, 5]))"},
    {"repeat_interleave", R"(>>> taut.repeat_interleave(taut.tensor([1, 2]), 2)
tensor([1, 1, 2, 2]))"},
    {"reshape", R"(>>> taut.reshape(taut.arange(6), (2, 3))
tensor([[0, 1, 2],
        [3, 4, 5]]))"},
    {"roll", R"(>>> taut.roll(taut.arange(5), 2)
tensor([3, 4, 0, 1, 2]))"},
    {"scalar_tensor", R"(>>> taut.scalar_tensor(3)
tensor(3.))"},
    {"scatter", R"(>>> taut.scatter(taut.zeros(3), 0, taut.tensor([0, 2]), taut.tensor([5.0, 6.0]))
tensor([5., 0., 6.]))"},
    {"scatter_add", R"(>>> taut.scatter_add(taut.zeros(3), 0, taut.tensor([0, 2, 2]), taut.ones(3))
tensor([1., 0., 2.]))"},
    {"scatter_reduce",
     R"(>>> taut.scatter_reduce(taut.zeros(2), 0, taut.tensor([0, 1, 1]), taut.tensor([1.0, 2.0, 5.0]), "amax")
tensor([1., 5.]))"},
    {"searchsorted", R"(>>> taut.searchsorted(taut.tensor([2, 4, 6]), taut.tensor([1, 4, 9]))
tensor([0, 1, 3]))"},
    {"select", R"(>>> taut.select(taut.arange(6).reshape(2, 3), 1, 0)
tensor([0, 3]))"},
    {"softmax", R"(>>> taut.softmax(taut.tensor([1.0, 2.0, 3.0]), dim=0)
tensor([0.0900, 0.2447, 0.6652]))"},
    {"sort", R"(>>> taut.sort(taut.tensor([3.0, 1.0, 2.0]))
torch.return_types.sort(
values=tensor([1., 2., 3.]),
indices=tensor([1, 2, 0])))"},
    {"split", R"(>>> taut.split(taut.arange(5), 2)
(tensor([0, 1]), tensor([2, 3]), tensor([4])))"},
    {"split_with_sizes", R"(>>> taut.split_with_sizes(taut.arange(5), [1, 4])
(tensor([0]), tensor([1, 2, 3, 4])))"},
    {"squeeze", R"(>>> taut.squeeze(taut.zeros(1, 3, 1)).shape
torch.Size([3]))"},
    {"stack", R"(>>> taut.stack([taut.tensor([1, 2]), taut.tensor([3, 4])])
tensor([[1, 2],
        [3, 4]]))"},
    {"std", R"(>>> taut.std(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([0.7071, 0.7071]))"},
    {"std_mean", R"(>>> taut.std_mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
(tensor([0.7071, 0.7071]), tensor([1.5000, 3.5000])))"},
    {"sum", R"(>>> taut.sum(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([3., 7.]))"},
    {"swapaxes", R"(>>> taut.swapaxes(taut.arange(6).reshape(2, 3), 0, 1)
tensor([[0, 3],
        [1, 4],
        [2, 5]]))"},
    {"swapdims", R"(>>> taut.swapdims(taut.arange(6).reshape(2, 3), 0, 1)
tensor([[0, 3],
        [1, 4],
        [2, 5]]))"},
    {"t", R"(>>> taut.t(taut.arange(6).reshape(2, 3))
tensor([[0, 3],
        [1, 4],
        [2, 5]]))"},
    {"take", R"(>>> taut.take(taut.arange(6).reshape(2, 3), taut.tensor([0, 5]))
tensor([0, 5]))"},
    {"take_along_dim",
     R"(>>> taut.take_along_dim(taut.arange(6).reshape(2, 3), taut.tensor([[2], [0]]), dim=1)
tensor([[2],
        [3]]))"},
    {"tensor_split", R"(>>> taut.tensor_split(taut.arange(5), (1, 3))
(tensor([0]), tensor([1, 2]), tensor([3, 4])))"},
    {"topk", R"(>>> taut.topk(taut.tensor([3.0, 1.0, 2.0]), 2)
torch.return_types.topk(
values=tensor([3., 2.]),
indices=tensor([0, 2])))"},
    {"transpose", R"(>>> taut.transpose(taut.arange(6).reshape(2, 3), 0, 1)
tensor([[0, 3],
        [1, 4],
        [2, 5]]))"},
    {"unbind", R"(>>> taut.unbind(taut.arange(6).reshape(2, 3))
(tensor([0, 1, 2]), tensor([3, 4, 5])))"},
    {"unflatten", R"(>>> taut.unflatten(taut.arange(6), 0, (2, -1))
tensor([[0, 1, 2],
        [3, 4, 5]]))"},
    {"unsqueeze", R"(>>> taut.unsqueeze(taut.zeros(3), 0).shape
torch.Size([1, 3]))"},
    {"var", R"(>>> taut.var(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
tensor([0.5000, 0.5000]))"},
    {"var_mean", R"(>>> taut.var_mean(taut.tensor([[1.0, 2.0], [3.0, 4.0]]), dim=1)
(tensor([0.5000, 0.5000]), tensor([1.5000, 3.5000])))"},
    {"vdot", R"(>>> taut.vdot(taut.tensor([1.0, 2.0]), taut.tensor([3.0, 4.0]))
tensor(11.))"},
    {"zero_", R"(>>> taut.zero_(taut.ones(2))
tensor([0., 0.]))"},
    {"zeros", R"(>>> taut.zeros(2, 3)
tensor([[0., 0., 0.],
        [0., 0., 0.]]))"},
    {"zeros_like", R"(>>> taut.zeros_like(taut.arange(6).reshape(2, 3))
tensor([[0, 0, 0],
        [0, 0, 0]]))"},
};

}  // namespace

std::span<const Example> tensor_examples() { return kExamples; }

}  // namespace taut
