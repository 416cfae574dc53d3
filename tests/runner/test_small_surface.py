"""cuda, backends, amp and other small parts that programs ask: as in a PyTorch without a GPU."""

import copy
import warnings

import pytest
import torch

import taut
from both import assert_same, programs, run


def cuda(t):
    c = t.cuda
    c.manual_seed_all(3), c.empty_cache()
    return c.is_available(), c.device_count(), c.memory_allocated(), c.max_memory_allocated()


def accelerator(t):
    a = t.accelerator
    device = a.current_accelerator().type if a.is_available() else "cpu"
    return device, a.device_count(), a.current_accelerator()


def other_devices(t):
    return (
        t.mps.is_available(),
        t.xpu.is_available(),
        t.backends.mps.is_built(),
        t.xpu.device_count(),
    )


def devices(t):
    d = t.device("cuda:0")
    return str(d), d.index, str(t.device(type="cuda", index=1)), str(t.ones(2).to("cpu").device)


def to_cuda(t):
    return t.ones(2).to("cuda")


def module_to_cuda(t):
    return t.nn.Linear(2, 2).cuda()


def made_on_cuda(t):
    return t.ones(2, device=t.device("cuda"))


def to_mps(t):
    return t.ones(2).to("mps")


def cuda_device(t):
    return t.cuda.current_device()


def cuda_properties(t):
    return t.cuda.get_device_properties(0)


def synchronize(t):
    t.cuda.synchronize()


def accelerator_index(t):
    return t.accelerator.current_device_index()


def backends(t):
    b = t.backends
    return (
        [(n, getattr(b.cudnn, n)) for n in ("enabled", "benchmark", "deterministic", "allow_tf32")],
        (b.cudnn.version(), b.cudnn.is_available(), b.cuda.is_built(), b.cuda.matmul.allow_tf32),
        (b.cuda.flash_sdp_enabled(), b.opt_einsum.strategy),
    )


def flags(t):
    with t.backends.cudnn.flags(enabled=False, deterministic=True):
        inside = t.backends.cudnn.enabled, t.backends.cudnn.deterministic
    return inside, t.backends.cudnn.enabled, t.backends.cudnn.deterministic


def determinism(t):
    t.use_deterministic_algorithms(True, warn_only=True)
    seen = [t.are_deterministic_algorithms_enabled(), t.get_deterministic_debug_mode()]
    seen.append(t.is_deterministic_algorithms_warn_only_enabled())
    t.set_deterministic_debug_mode("error")
    seen.append(t.get_deterministic_debug_mode())
    t.use_deterministic_algorithms(False)
    return seen, t.get_deterministic_debug_mode()


def bad_debug_mode(t):
    t.set_deterministic_debug_mode("often")


def precision(t):
    t.set_float32_matmul_precision("high")
    seen = t.get_float32_matmul_precision()
    t.set_float32_matmul_precision("fine")
    t.set_float32_matmul_precision("highest")
    return seen


def compiled(t):
    net = t.nn.Linear(2, 2)

    @t.compile(disable=True)
    def f(x):
        return x + 1

    return t.compile(net, disable=True)(t.ones(2)), f(t.ones(1)), t.compiler.is_compiling()


def bad_compile(t):
    t.compile(net=3)


def scripts(t):
    @t.jit.ignore
    def f(x):
        return x

    @t.jit.unused
    def g(x):
        return x

    return f(1), g(2), t.jit.is_scripting()


def questions(t):
    x, n = t.ones(2, 3), t.ones(1, dtype=t.int64)
    return (
        (
            t.numel(x),
            t.is_floating_point(x),
            t.is_floating_point(n),
            t.is_complex(x),
            t.is_signed(n),
        ),
        (t.is_nonzero(n), t.is_conj(x), t.is_neg(x), t.is_same_size(x, n), x.is_same_size(x)),
        (t.typename(x), t.typename(3), t.typename(n), t.is_storage(x.untyped_storage())),
        (t.is_storage(x), x.conj() is x, t.get_device(x), t.inf, t.nan != t.nan, t.pi, t.e),
    )


def numel_of_a_number(t):
    return t.numel(3)


def ambiguous(t):
    return t.is_nonzero(t.ones(2))


def storages(t):
    x = t.arange(6.0)
    memory = x.untyped_storage()
    view = x[2:].untyped_storage()
    return (
        (memory.data_ptr() == view.data_ptr() == x.data_ptr(), memory.nbytes(), len(view)),
        (memory.tolist()[:8], memory[7], t.empty(0).untyped_storage().data_ptr(), memory.size()),
        (x.clone().untyped_storage().data_ptr() == memory.data_ptr(), str(memory.device)),
        repr(t.zeros(1).untyped_storage()),
    )


def legacy_types(t):
    return (
        (t.FloatTensor([1, 2]), t.LongTensor([1.5, 2]), t.BoolTensor([1, 0]), t.ByteTensor([3])),
        (t.FloatTensor(2, 3).shape, t.DoubleTensor().shape, t.IntTensor(t.Size([2, 0]))),
        (t.ShortTensor((2, 0)), t.FloatTensor(t.ones(2)), t.ones(2).type(t.LongTensor)),
        (isinstance(t.ones(1), t.FloatTensor), isinstance(t.ones(1), t.LongTensor)),
        (repr(t.FloatTensor), t.typename(t.LongTensor), str(t.HalfTensor.dtype), t.ones(1).type()),
        t.ones(2).type("torch.DoubleTensor"),
    )


def legacy_of_another_type(t):
    return t.FloatTensor(t.ones(2, dtype=t.float64))


def legacy_of_a_number(t):
    return t.FloatTensor(3.0)


def legacy_elsewhere(t):
    return t.FloatTensor(3, device="meta")


def default_tensor_type(t):
    try:
        t.set_default_tensor_type(t.DoubleTensor)
        seen = t.ones(1).dtype is t.float64
        t.set_default_tensor_type("torch.DoubleTensor")
    finally:
        t.set_default_dtype(t.float32)
    return seen


def default_integer_type(t):
    t.set_default_tensor_type(t.LongTensor)


def variables(t):
    x = t.autograd.Variable(t.ones(2), requires_grad=True)
    return x.requires_grad, isinstance(x, t.autograd.Variable), isinstance(3, t.autograd.Variable)


def disabled_autocast(t):
    with t.autocast("cpu", enabled=False):
        x = t.ones(2, 2) @ t.ones(2, 2)

    @t.autocast(device_type="cpu", enabled=False)
    def f(a):
        return a @ a

    return x, f(x), t.is_autocast_enabled("cpu"), t.is_autocast_cache_enabled()


def autocast_without_gpu(t):
    with t.autocast("cuda"):
        x = t.ones(2, 2) @ t.ones(2, 2)
    with t.cuda.amp.autocast():
        return x, t.is_autocast_enabled("cuda"), t.amp.is_autocast_available("cuda")


def autocast_in_float64(t):
    with t.autocast("cpu", dtype=t.float64):
        return t.ones(2, 2) @ t.ones(2, 2)


def autocast_of_a_device(t):
    t.autocast(t.device("cpu"))


def autocast_of_nothing(t):
    t.autocast("nothing")


def scaler(t):
    w = t.nn.Parameter(t.ones(2))
    optimizer = t.optim.SGD([w], lr=0.1)
    s = t.amp.GradScaler("cpu", growth_interval=2, init_scale=4.0)
    seen = []
    for factor in (1.0, 2.0, float("inf"), 1.0, float("nan"), 1.0):
        optimizer.zero_grad()
        loss = s.scale((w * factor).sum())
        loss.backward()
        if factor == 2.0:
            s.unscale_(optimizer)
            seen.append(w.grad.clone())
        s.step(optimizer)
        s.update()
        seen.append((loss.detach(), w.detach().clone(), s.get_scale(), s.state_dict()))
    s.update(3.0)
    fresh = t.amp.GradScaler("cpu")
    fresh.load_state_dict(s.state_dict())
    return seen, s.get_scale(), fresh.state_dict(), s.scale([t.ones(1), (t.ones(1),)])


def scaler_without_gpu(t):
    w = t.nn.Parameter(t.ones(2))
    optimizer = t.optim.SGD([w], lr=0.1)
    s = t.cuda.amp.GradScaler()
    s.scale(w.sum()).backward()
    s.unscale_(optimizer)
    s.step(optimizer)
    s.update()
    return w.detach(), s.is_enabled(), s.get_scale(), s.state_dict()


def _used(t):
    w = t.nn.Parameter(t.ones(2))
    s, optimizer = t.amp.GradScaler("cpu"), t.optim.SGD([w], lr=0.1)
    s.scale(w.sum()).backward()
    return s, optimizer


def scaler_unscales_twice(t):
    s, optimizer = _used(t)
    s.unscale_(optimizer), s.unscale_(optimizer)


def scaler_steps_twice(t):
    s, optimizer = _used(t)
    s.step(optimizer), s.step(optimizer)


def scaler_with_closure(t):
    s, optimizer = _used(t)
    s.step(optimizer, closure=lambda: 1)


def scaler_unused(t):
    t.amp.GradScaler("cpu").update()


def scaler_of_a_number(t):
    t.amp.GradScaler("cpu").scale(3)


def scaler_growth(t):
    t.amp.GradScaler("cpu", growth_factor=1.0)


def scaler_empty_state(t):
    t.amp.GradScaler("cpu").load_state_dict({})


def custom_functions(t):
    class Twice(t.autograd.Function):
        @staticmethod
        @t.amp.custom_fwd(device_type="cpu")
        def forward(ctx, x):
            return x * 2

        @staticmethod
        @t.amp.custom_bwd(device_type="cpu")
        def backward(ctx, grad):
            return grad * 2

    x = t.ones(2, requires_grad=True)
    Twice.apply(x).sum().backward()
    return x.grad


def data_parallel(t):
    net = t.nn.Linear(2, 2)
    wrapped = t.nn.DataParallel(net)
    return wrapped(t.ones(1, 2)), list(wrapped.state_dict()), wrapped.module is net


def attention_kernels(t):
    from importlib import import_module

    a = import_module(f"{t.__name__}.nn.attention")
    q = t.ones(1, 2, 3)
    with a.sdpa_kernel([a.SDPBackend.MATH]):
        return t.nn.functional.scaled_dot_product_attention(q, q, q)


def distributed(t):
    return t.distributed.is_initialized()


def fork(t):
    with t.random.fork_rng():
        inside = t.rand(2)
    return inside, t.rand(2)


PROGRAMS = {n: f for n, f in programs(globals()).items() if not n.startswith("_")}


@pytest.mark.parametrize("name", PROGRAMS)
def test_same(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, on import
        assert_same(PROGRAMS[name])


def test_an_error_names_what_is_missing():
    for program in (to_cuda, module_to_cuda, made_on_cuda):
        result, _ = run(program, taut)
        assert "Torch not compiled with CUDA enabled" in result.message
        assert "taut runs on the CPU" in result.message


def test_a_copied_device_is_the_same():
    assert copy.deepcopy(taut.device("cuda:1")) == taut.device("cuda:1")
    assert taut.device("cuda:1") != torch.device("cuda:1")
