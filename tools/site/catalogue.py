"""What the reference is divided into."""

# Topic -> title, and where its names are at home: files of csrc/bindings, or modules of taut.
TOPICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "types": (
        "Types, settings and questions",
        ("core", "convert", "tensor_attributes", "tensor", "taut._queries", "taut._switches"),
    ),
    "files": ("Files and other libraries", ("taut.serialization", "taut._interop", "dlpack")),
    "ties": ("Ties and inventory", ("taut._ties", "taut._inventory")),
    "creation": ("Making tensors", ("creation",)),
    "random": ("Random numbers", ("random", "taut.random")),
    "products": ("Products", ("matmul", "taut._products", "taut._linalg", "taut._distances")),
    "shapes": (
        "Shapes and views",
        ("views", "joining", "taut._shape", "taut._copies", "taut._sizes"),
    ),
    "indexing": ("Indexing", ("indexing",)),
    "sparse": ("Sparse tensors", ("sparse",)),
    "reductions": ("Sums and other reductions", ("reduce", "taut._statistics", "taut._calculus")),
    "sorting": ("Sorting and searching", ("sorting",)),
    "layers": (
        "What layers compute",
        ("conv", "pool", "recurrent", "nn_ops", "activation", "taut.nn"),
    ),
    "pointwise": (
        "Element by element",
        ("pointwise_docs", "pointwise", "closeness", "taut._in_place"),
    ),
}
# A file may mention names of another topic: the first of these that has a name, has it.
SEARCH = (
    *("shapes", "sparse", "reductions", "sorting", "layers", "pointwise", "indexing", "products"),
    *("random", "creation", "files", "types"),
)

# Module -> title and introduction.
MODULES: dict[str, tuple[str, str]] = {
    "taut": ("tensors", ""),
    "taut.nn": (
        "modules",
        "Layers, losses and containers. Each is what PyTorch has under the name.",
    ),
    "taut.nn.functional": ("layers as functions", "What the modules of :mod:`taut.nn` call."),
    "taut.nn.init": ("initialisers", "Each fills a tensor and remembers how it was drawn."),
    "taut.nn.parameter": ("parameters", "What a module counts among its own."),
    "taut.nn.attention": ("attention", "Which kernel attention uses."),
    "taut.nn.parallel": ("several devices", "There is one."),
    "taut.nn.utils": (
        "norms, vectors and conversions",
        "What is done to the parameters of a module.",
    ),
    "taut.nn.utils.parametrize": ("computed parameters", "Parameters that a module computes."),
    "taut.nn.utils.parametrizations": ("parametrizations", "Those that are ready to use."),
    "taut.nn.utils.prune": ("pruning", "Masks of parameters."),
    "taut.nn.utils.rnn": ("sequences", "Sequences of different lengths."),
    "taut.nn.utils.fusion": ("fusion", "Layers folded into one."),
    "taut.nn.utils.stateless": ("stateless calls", "Calls with other parameters."),
    "taut.optim": ("optimisers", "What moves the parameters."),
    "taut.optim.lr_scheduler": ("schedules", "What moves the learning rate."),
    "taut.optim.swa_utils": ("averages", "Averages of weights."),
    "taut.autograd": ("gradients", "Derivatives, their modes and their checks."),
    "taut.autograd.function": ("custom functions", "Operations with a backward of their own."),
    "taut.autograd.functional": ("Jacobians", "Derivatives of functions."),
    "taut.autograd.graph": ("hooks of the graph", "What an operation keeps."),
    "taut.func": ("modules as functions", "Calls with other parameters, and stacks of them."),
    "taut.utils.data": ("data", "Datasets, samplers and loaders."),
    "taut.utils.checkpoint": ("checkpointing", "Memory for time."),
    "taut.utils.dlpack": ("DLPack", "Memory shared with other libraries."),
    "taut.utils.hooks": ("hooks", "What registers return."),
    "taut.distributions": ("distributions", "Sampling, densities, divergences."),
    "taut.distributions.constraints": ("constraints", "Where parameters and samples may lie."),
    "taut.distributions.transforms": ("transforms", "Invertible maps with their Jacobians."),
    "taut.distributions.kl": ("divergences", "Divergences between distributions."),
    "taut.linalg": ("linear algebra", "Factorisations, solutions, norms."),
    "taut.special": ("special functions", "The names of ``torch.special``."),
    "taut.serialization": ("files", "See :doc:`../files`."),
    "taut.serialization.safetensors": ("safetensors", "See :doc:`../files`."),
    "taut.serialization.npz": ("npz", "See :doc:`../files`."),
    "taut.viz": ("pictures", "See :doc:`../pictures`."),
    "taut.testing": ("testing", "Comparison of tensors, and tensors to compare."),
    "taut.random": ("random streams", "See :doc:`../random_streams`."),
    "taut.amp": ("mixed precision", "Autocast and scaled gradients."),
    "taut.storage": ("storages", "Memory without a shape."),
    "taut.types": ("types", "Names for annotations."),
    "taut.torch": ("PyTorch's names", "See :doc:`../running_torch_programs`."),
    "taut.backends": ("back ends", "Switches that programs set; nothing reads them."),
    "taut.accelerator": ("accelerators", "There are none."),
    "taut.cuda": ("CUDA", "There is none; programs can ask."),
    "taut.compiler": ("compiler", "There is none; programs run as they are."),
    "taut.jit": ("scripts", "Programs run as they are."),
    "taut.nn.module": ("hooks of all modules", "Hooks that every module calls."),
    "taut.nn.lazy": ("lazy modules", "Modules that take shapes from their first input."),
    "taut.optim.optimizer": ("hooks of all optimisers", "Hooks that every optimiser calls."),
    "taut.distributions.utils": ("helpers of distributions", "Broadcasting, and logits."),
    "taut.multiprocessing": ("processes with tensors", "Python's, and PyTorch's names beside."),
    "taut.cuda.amp": ("mixed precision on devices", "See :mod:`taut.amp`."),
    "taut.mps": ("MPS", "There is none; programs can ask."),
    "taut.xpu": ("XPU", "There is none; programs can ask."),
    **{
        f"taut.backends.{name}": (f"the back end {name}", "Programs can ask, and set.")
        for name in ("cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp", "opt_einsum")
    },
    "taut.distributed": ("processes", "There is one."),
}

# What names stand for that are neither functions nor classes.
DATA: dict[str, str] = {}

# Classes whose members stand elsewhere.
BARE = ("taut.TensorBase",)

# What public functions return or raise, and no module offers: by the page that has it.
RETURNED = {
    "taut_ties": (
        "taut._ties.find.Tie",
        "taut._ties.terms.PerUse",
        "taut._ties.terms.Use",
        "taut._ties.terms.UseStats",
        "taut._inventory.summary.Summary",
        "taut._inventory.rows.ModuleRow",
        "taut._inventory.rows.ParameterRow",
        "taut._inventory.rows.Totals",
        "taut._inventory.statistics.Statistics",
        "taut.nn._init_gate.Draw",
        "taut._inventory.measure.Call",
    ),
    "taut_products": ("taut._linalg.legacy.SVD",),
    "taut_reductions": ("taut._statistics.Mode", "taut._statistics.Histogram"),
    "nn": ("taut.nn.adaptive.ASMoutput",),
    "utils_data": ("taut.utils.data._worker.WorkerInfo",),
    "autograd": ("taut.autograd.gradcheck.GradcheckError",),
}
