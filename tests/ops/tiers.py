"""Which rows of PyTorch's operation database come first: by how many programs use them."""

# What ordinary training programs use.
TIER_1 = frozenset(
    """
    T mT __getitem__ __radd__ __rdiv__ __rmatmul__ __rmod__ __rmul__ __rpow__ __rsub__ abs acos add
    addcdiv addcmul addmm addbmm addmv all allclose amax amin aminmax any arange argmax argmin
    argsort asin atan atan2 baddbmm bernoulli bmm bool broadcast_tensors broadcast_to byte cat ceil
    chunk clamp clamp_max clamp_min clone contiguous constant_pad_nd cos cosh cumprod cumsum diag
    diagonal diag_embed div dot double einsum empty empty_like eq equal erf exp expand expand_as
    expm1 eye fill flatten flip float floor floor_divide fmod full full_like gather ge gt half
    bfloat16 hstack index_add index_copy index_fill index_put index_select inner int isclose
    isfinite isin isinf isnan item le lerp linspace log log10 log1p log2 log_softmax logical_and
    logical_not logical_or logical_xor logsumexp long lt masked_fill masked_scatter masked_select
    matmul max maximum mean median meshgrid min minimum mm movedim mul multinomial mv nan_to_num
    narrow ne neg new_empty new_full new_ones new_zeros nonzero norm normal ones ones_like outer
    permute pow prod rand_like randint randint_like randn randn_like ravel reciprocal remainder
    repeat repeat_interleave reshape reshape_as roll round rsqrt rsub scatter scatter_add select
    short sigmoid sign sin sinh softmax sort split split_with_sizes sqrt square squeeze stack std
    std_mean sub sum t take_along_dim tan tanh tensordot tensor_split tile to topk trace transpose
    tril tril_indices triu triu_indices true_divide trunc unbind unflatten unfold uniform unique
    unsqueeze var var_mean view view_as vstack where xlogy zero_ zeros zeros_like
    nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d
    nn.functional.adaptive_max_pool2d nn.functional.avg_pool1d nn.functional.avg_pool2d
    nn.functional.batch_norm nn.functional.binary_cross_entropy
    nn.functional.binary_cross_entropy_with_logits nn.functional.celu nn.functional.conv1d
    nn.functional.conv2d nn.functional.conv_transpose1d nn.functional.conv_transpose2d
    nn.functional.cosine_embedding_loss nn.functional.cosine_similarity nn.functional.cross_entropy
    nn.functional.dropout nn.functional.dropout2d nn.functional.elu nn.functional.embedding
    nn.functional.gelu nn.functional.glu nn.functional.group_norm nn.functional.hardsigmoid
    nn.functional.hardswish nn.functional.hardtanh nn.functional.huber_loss
    nn.functional.instance_norm nn.functional.interpolate nn.functional.kl_div nn.functional.l1_loss
    nn.functional.layer_norm nn.functional.leaky_relu nn.functional.linear nn.functional.logsigmoid
    nn.functional.margin_ranking_loss nn.functional.max_pool1d nn.functional.max_pool2d
    nn.functional.mish nn.functional.mse_loss nn.functional.multi_head_attention_forward
    nn.functional.nll_loss nn.functional.normalize nn.functional.one_hot nn.functional.pad
    nn.functional.pairwise_distance nn.functional.pixel_shuffle nn.functional.prelu
    nn.functional.relu nn.functional.relu6 nn.functional.rms_norm
    nn.functional.scaled_dot_product_attention nn.functional.selu nn.functional.silu
    nn.functional.smooth_l1_loss nn.functional.softmin nn.functional.softplus nn.functional.softsign
    nn.functional.tanhshrink nn.functional.triplet_margin_loss nn.functional.unfold
    nn.functional.upsample_nearest linalg.norm linalg.vector_norm
    """.split()
)

# Common elsewhere.
TIER_2 = frozenset(
    """
    __rand__ __ror__ __rxor__ acosh addr alias_copy argwhere as_strided asinh atanh atleast_1d
    atleast_2d atleast_3d bincount bitwise_and bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor block_diag broadcast_shapes bucketize cartesian_prod cauchy
    cdist cholesky cholesky_solve column_stack combinations copysign corrcoef count_nonzero cov
    cross cummax cummin cumulative_trapezoid deg2rad diagflat diagonal_copy diagonal_scatter diff
    digamma dist dsplit dstack empty_strided erfc erfinv exp2 expand_copy exponential fliplr flipud
    float_power fmax fmin frac geometric gradient grid_sampler_2d grid_sampler_3d heaviside histc
    histogram hsplit hypot index_reduce isneginf isposinf kron kthvalue ldexp lgamma log_normal
    logaddexp logaddexp2 logcumsumexp logdet logit logspace matrix_exp mode msort nanmean nanmedian
    nanquantile nansum narrow_copy new_empty_strided permute_copy pinverse polygamma positive put qr
    quantile rad2deg renorm resize_ rot90 scalar_tensor scatter_reduce searchsorted select_scatter
    sgn signbit sinc slice slice_scatter split_with_sizes_copy squeeze_copy sum_to_size svd t_copy
    take transpose_copy trapezoid trapz unbind_copy unfold_copy unique_consecutive unravel_index
    unsafe_chunk unsafe_split unsqueeze_copy vdot view_copy vsplit nn.functional.adaptive_avg_pool3d
    nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool3d nn.functional.alpha_dropout
    nn.functional.avg_pool3d nn.functional.bilinear nn.functional.channel_shuffle
    nn.functional.conv3d nn.functional.conv_transpose3d nn.functional.ctc_loss
    nn.functional.dropout3d nn.functional.embedding_bag nn.functional.feature_alpha_dropout
    nn.functional.gaussian_nll_loss nn.functional.grid_sample nn.functional.hardshrink
    nn.functional.hinge_embedding_loss nn.functional.linear_cross_entropy
    nn.functional.local_response_norm nn.functional.max_pool3d nn.functional.max_unpool1d
    nn.functional.max_unpool2d nn.functional.max_unpool3d nn.functional.multi_margin_loss
    nn.functional.multilabel_margin_loss nn.functional.multilabel_soft_margin_loss
    nn.functional.pdist nn.functional.pixel_unshuffle nn.functional.poisson_nll_loss
    nn.functional.rrelu nn.functional.soft_margin_loss nn.functional.softshrink
    nn.functional.threshold nn.functional.triplet_margin_with_distance_loss
    nn.functional.upsample_bilinear linalg.cholesky linalg.cholesky_ex linalg.cond linalg.cross
    linalg.det linalg.diagonal linalg.eigh linalg.eigvalsh linalg.inv linalg.inv_ex linalg.lstsq
    linalg.matrix_norm linalg.matrix_power linalg.matrix_rank linalg.multi_dot linalg.pinv linalg.qr
    linalg.slogdet linalg.solve linalg.solve_ex linalg.solve_triangular linalg.svd linalg.svdvals
    linalg.vecdot
    """.split()
)


def tier(name):
    """1, 2, or 3 for what is in neither."""
    return 1 if name in TIER_1 else 2 if name in TIER_2 else 3
