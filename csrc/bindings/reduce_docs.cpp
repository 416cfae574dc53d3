// One sentence for every reduction and every function of rows: softmax, norms, losses.
#include "bindings/docs.h"

namespace taut {
namespace {

constexpr Doc kDocs[] = {
    // Reductions.
    {"all", "Whether every element is true, over dim or over all."},
    {"amax", "The largest element over dim; its gradient is shared equally by equal elements."},
    {"amin", "The smallest element over dim; its gradient is shared equally by equal elements."},
    {"aminmax", "The smallest and the largest element, over dim or over all."},
    {"any", "Whether any element is true, over dim or over all."},
    {"argmax", "The index of the largest element along dim, or in the flattened tensor."},
    {"argmin", "The index of the smallest element along dim, or in the flattened tensor."},
    {"count_nonzero", "How many elements are not 0, over dim or over all."},
    {"cummax", "The largest so far along dim, and its index."},
    {"cummin", "The smallest so far along dim, and its index."},
    {"cumprod", "The products so far along dim."},
    {"cumsum", "The sums so far along dim."},
    {"logcumsumexp", "log(sum(exp(x))) so far along dim, without overflow."},
    {"logsumexp", "log(sum(exp(x))) over dim, without overflow."},
    {"max",
     "The largest of all elements; the largest along dim and its index; or maximum(input, other)."},
    {"mean", "The mean over dim or over all elements."},
    {"median", "The lower median of all elements, or that along dim and its index."},
    {"min",
     "The smallest of all elements; the smallest along dim and its index; or minimum(input, "
     "other)."},
    {"nanmean", "mean() that leaves NaN out."},
    {"nanmedian", "median() that leaves NaN out."},
    {"nansum", "sum() that takes NaN for 0."},
    {"norm",
     "(sum |x|^p)^(1/p) over dim or over all elements; p may be inf, -inf, 'fro' or 'nuc'."},
    {"prod", "The product over dim or of all elements."},
    {"std", "The standard deviation: the square root of var()."},
    {"std_mean", "std() and mean()."},
    {"sum", "The sum over dim or of all elements; bools and integers sum as int64."},
    {"var",
     "The squared deviations from the mean, summed and divided by (n - correction); correction is "
     "1."},
    {"var_mean", "var() and mean()."},
    // Rows.
    {"binary_cross_entropy",
     "-(y log p + (1 - y) log(1 - p)) of probabilities p; logarithms are at least -100."},
    {"binary_cross_entropy_with_logits",
     "binary_cross_entropy() of sigmoid(input), without overflow."},
    {"cross_entropy",
     "-log softmax(input) of the target: class indices, or a probability for each class."},
    {"group_norm",
     "Each group of channels of each sample normalised to mean 0 and variance 1 "
     "(arXiv:1803.08494)."},
    {"huber_loss", "d^2 / 2 where |d| < delta, else delta (|d| - delta / 2)."},
    {"l1_loss", "|input - target|."},
    {"layer_norm",
     "The last dimensions normalised to mean 0 and variance 1, then scaled and shifted "
     "(arXiv:1607.06450)."},
    {"log_softmax", "log(softmax(x)) along dim, without overflow."},
    {"mse_loss", "(input - target)^2."},
    {"nll_loss", "-input of the target class, input being log-probabilities."},
    {"rms_norm",
     "The last dimensions divided by their root mean square, then scaled (arXiv:1910.07467)."},
    {"smooth_l1_loss", "d^2 / (2 beta) where |d| < beta, else |d| - beta / 2."},
    {"softmax", "exp(x) / sum(exp(x)) along dim, without overflow."},
};

}  // namespace

std::span<const Doc> reduce_docs() { return kDocs; }

}  // namespace taut
