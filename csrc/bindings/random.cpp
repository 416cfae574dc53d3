// Generators and random tensors.
#include "ops/random.h"

#include <mutex>

#include "bindings/data.h"
#include "bindings/options.h"
#include "bindings/topics.h"
#include "ops/dropout.h"
#include "ops/elementwise.h"
#include "ops/gamma_sampling.h"
#include "tensor/plan.h"

namespace taut {
namespace {

// Generators -------------------------------------------------------------------------------------

// Any integer in [-2^63, 2^64); negative ones stand for themselves plus 2^64.
uint64_t seed_from(py::handle o) {
  const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(o.ptr()));
  if (!number) {
    PyErr_Clear();
    raise<RuntimeError>("manual_seed expected an integer, but got ", Py_TYPE(o.ptr())->tp_name);
  }
  const bool negative = number < py::int_(0);
  const uint64_t seed = negative ? static_cast<uint64_t>(PyLong_AsLongLong(number.ptr()))
                                 : PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred()) {
    PyErr_Clear();
    raise<ValueError>("manual_seed: a seed must be in [-2^63, 2^64), got ",
                      std::string(py::str(number)));
  }
  return seed;
}

Tensor state_of(Generator& g) {
  const int64_t sizes[] = {static_cast<int64_t>(Generator::kStateBytes)};
  const Tensor state = empty(sizes, DType::UInt8);
  const std::lock_guard lock(g.mutex());
  g.get_state(state.data<uint8_t>());
  return state;
}

void set_state(Generator& g, const Tensor& state) {
  TAUT_CHECK(state.dtype() == DType::UInt8, TypeError, "RNG state must be a uint8 tensor, got ",
             state.dtype());
  TAUT_CHECK(state.is_contiguous(), RuntimeError, "RNG state must be contiguous");
  const std::lock_guard lock(g.mutex());
  g.set_state(state.data<uint8_t>(), state.bytes());
}

void bind_generator(py::module_& m) {
  py::class_<Generator>(
      m, "Generator",
      "A source of random numbers: Mersenne Twister, PyTorch's streams for the same seed.")
      .def(py::init([](py::object device) {
             check_device(device);
             return std::make_unique<Generator>();
           }),
           py::arg("device") = "cpu")
      .def(
          "manual_seed",
          [](py::object self, py::object seed) {
            auto& g = self.cast<Generator&>();
            const std::lock_guard lock(g.mutex());
            g.manual_seed(seed_from(seed));
            return self;
          },
          py::arg("seed"), "Starts the stream of a seed and returns the generator.")
      .def(
          "seed",
          [](Generator& g) {
            const std::lock_guard lock(g.mutex());
            return g.seed();
          },
          "Starts the stream of a random seed and returns that seed.")
      .def("initial_seed", &Generator::initial_seed, "The seed that the stream started from.")
      .def("get_state", &state_of, "The state as a uint8 tensor of 5056 bytes, PyTorch's layout.")
      .def(
          "set_state",
          [](py::object self, const Tensor& new_state) {
            set_state(self.cast<Generator&>(), new_state);
            return self;
          },
          py::arg("new_state"), "Continues from a state of get_state(), taut's or PyTorch's.")
      .def(
          "clone_state",
          [](Generator& g) {
            auto copy = std::make_unique<Generator>();
            const std::lock_guard lock(g.mutex());
            copy->copy_state(g);
            return copy;
          },
          "Another generator in the same state.")
      .def(py::pickle(
          [](Generator& g) {
            std::string state(Generator::kStateBytes, '\0');
            const std::lock_guard lock(g.mutex());
            g.get_state(reinterpret_cast<uint8_t*>(state.data()));
            return py::bytes(state);
          },
          [](const py::bytes& saved) {
            const std::string state = saved;
            auto g = std::make_unique<Generator>();
            g->set_state(reinterpret_cast<const uint8_t*>(state.data()), state.size());
            return g;
          }))
      .def_property_readonly("device", [](const Generator&) {
        return py::module_::import("taut").attr("device")("cpu");
      });
  m.attr("default_generator") = py::cast(&default_generator(), py::return_value_policy::reference);
}

// New tensors ------------------------------------------------------------------------------------

using Draw = Tensor (*)(DimSpan sizes, DType dtype, Generator* generator);
using DrawInto = Tensor (*)(const Tensor& t, Generator* generator);

Tensor uniform_into(const Tensor& t, Generator* g) { return uniform_(t, 0.0, 1.0, g); }
Tensor normal_into(const Tensor& t, Generator* g) { return normal_(t, 0.0, 1.0, g); }

Tensor empty_as(const Tensor& t, const Options& options) {
  const DType dtype = options.dtype_or(t.dtype());
  const Tensor inputs[] = {empty_meta(t.sizes(), t.strides(), dtype)};
  if (options.meta) return empty_result(t.sizes(), inputs, dtype);
  if (options.format != MemoryFormat::Preserve) {
    return empty_strided(t.sizes(), strides_in(options.format, t.sizes()), dtype);
  }
  return empty_strided(t.sizes(), empty_result(t.sizes(), inputs, dtype).strides(), dtype);
}

// name(*size) and name_like(input).
void bind_draw(py::module_& m, const std::string& name, Draw draw, DrawInto into,
               const std::string& what) {
  m.def(
      name.c_str(),
      [name, draw](const py::args& args, py::kwargs kwargs) {
        const Dims sizes = take_sizes(name.c_str(), args, kwargs);
        const Options options = take_options(name.c_str(), kwargs);
        const DType dtype = options.dtype_or(default_dtype());
        return options.finish(
            options.sized(sizes, dtype, [&] { return draw(sizes, dtype, options.generator); }));
      },
      ("A tensor of the given size with samples of " + what + ".").c_str());
  m.def((name + "_like").c_str(),
        [name, into](const Tensor& input, const py::kwargs& kwargs) {
          const Options options = take_options((name + "_like").c_str(), kwargs, &input);
          return options.finish(into(empty_as(input, options), options.generator));
        },
        py::arg("input"), ("A tensor of the shape of input with samples of " + what + ".").c_str());
}

int64_t integer_from(const char* op, const char* name, py::handle o) {
  const Scalar value = number_from(op, name, o);
  TAUT_CHECK(value.is_integral() || value.is_bool(), TypeError, op, "(): argument '", name,
             "' must be int, not float");
  return value.to_int();
}

// The bounds in f(high, ...) and f(low, high, ...), by position or name, and what follows them.
struct Bounds {
  int64_t low, high;
  size_t used;  // positional arguments taken
};
Bounds take_bounds(const char* op, const py::args& args, py::kwargs& kwargs, size_t others) {
  py::object low = take(kwargs, "low"), high = take(kwargs, "high");
  size_t used = 0;
  const size_t free = args.size() > others ? args.size() - others : 0;
  const size_t wanted = (low.is_none() ? 1u : 0u) + (high.is_none() ? 1u : 0u);
  if (free >= 2 && wanted == 2) {
    low = args[used++];
    high = args[used++];
  } else if (free >= 1 && high.is_none()) {
    high = args[used++];
  }
  TAUT_CHECK(!high.is_none(), TypeError, op,
             "() missing 1 required positional arguments: \"high\"");
  return {low.is_none() ? 0 : integer_from(op, "low", low), integer_from(op, "high", high), used};
}

Tensor bound_randint(const py::args& args, py::kwargs kwargs) {
  py::object size = take(kwargs, "size");
  const Bounds bounds = take_bounds("randint", args, kwargs, size.is_none() ? 1 : 0);
  if (size.is_none() && bounds.used < args.size()) size = args[bounds.used];
  TAUT_CHECK(!size.is_none(), TypeError,
             "randint() missing 1 required positional arguments: \"size\"");
  const Options options = take_options("randint", kwargs);
  const Dims sizes = size.cast<Dims>();
  const DType dtype = options.dtype_or(DType::Int64);
  return options.finish(options.sized(sizes, dtype, [&] {
    return randint(bounds.low, bounds.high, sizes, dtype, options.generator);
  }));
}

Tensor bound_randint_like(const Tensor& input, const py::args& args, py::kwargs kwargs) {
  const Bounds bounds = take_bounds("randint_like", args, kwargs, 0);
  const Options options = take_options("randint_like", kwargs, &input);
  return options.finish(
      random_(empty_as(input, options), bounds.low, bounds.high, options.generator));
}

// A draw is recorded, and so not into out.
void check_drawn_out(const char* op, const Tensor& input, const Tensor& out) {
  if (out.defined()) check_out(op, std::array{Arg(input)}, out);
}

Tensor bound_normal(py::object mean, py::object std, py::object size, const py::kwargs& kwargs) {
  PyObject* given = is_tensor(mean.ptr()) ? mean.ptr() : std.ptr();
  const Tensor* like = is_tensor(given) ? &tensor_of(given) : nullptr;
  const Options options = take_options("normal", kwargs, like);
  for (PyObject* o : {mean.ptr(), std.ptr()}) {
    if (is_tensor(o)) check_drawn_out("normal", tensor_of(o), options.out);
  }
  const bool mean_tensor = is_tensor(mean.ptr()), std_tensor = is_tensor(std.ptr());
  const auto number = [](const char* name, py::handle o) {
    return number_from("normal", name, o).to_double();
  };
  if (mean_tensor && std_tensor) {
    return options.finish(normal(tensor_of(mean.ptr()), tensor_of(std.ptr()), options.generator));
  }
  if (mean_tensor)
    return options.finish(normal(tensor_of(mean.ptr()), number("std", std), options.generator));
  if (std_tensor)
    return options.finish(normal(number("mean", mean), tensor_of(std.ptr()), options.generator));
  TAUT_CHECK(!size.is_none(), TypeError, "normal() of two numbers needs a size");
  const Dims sizes = size.cast<Dims>();
  const DType dtype = options.dtype_or(default_dtype());
  const Tensor t = options.sized(sizes, dtype, [&] { return empty(sizes, dtype); });
  return options.finish(normal_(t, number("mean", mean), number("std", std), options.generator));
}

void bind_new(py::module_& m) {
  bind_draw(m, "rand", &rand, &uniform_into, "the uniform distribution on [0, 1)");
  bind_draw(m, "randn", &randn, &normal_into, "the standard normal distribution");
  m.def("randint", &bound_randint, "randint(low=0, high, size): integers from low to high - 1.");
  m.def("randint_like", &bound_randint_like, py::arg("input"),
        "randint_like(input, low=0, high): integers from low to high - 1 in the shape of input.");
  m.def(
      "randperm",
      [](int64_t n, const py::kwargs& kwargs) {
        const Options options = take_options("randperm", kwargs);
        return options.finish(randperm(n, options.dtype_or(DType::Int64), options.generator));
      },
      py::arg("n"), "A random permutation of 0 .. n - 1.");
  m.def("normal", &bound_normal, py::arg("mean"), py::arg("std") = 1.0,
        py::arg("size") = py::none(),
        "Samples of normal distributions with the given means and standard deviations.");
  const auto bernoulli_of = [](const Tensor& input, std::optional<double> p,
                               const py::kwargs& kwargs) {
    const Options options = take_options("bernoulli", kwargs, &input);
    check_drawn_out("bernoulli", input, options.out);
    return options.finish(p ? bernoulli(input, *p, options.generator)
                            : bernoulli(input, options.generator));
  };
  def_op(m, "bernoulli", bernoulli_of, py::arg("p") = py::none(),
         "Ones with the probability that each element (or p) gives, else zeros.");
  m.def("poisson", &poisson, py::arg("input"),
        py::arg("generator") = static_cast<Generator*>(nullptr),
        "Numbers of events, each drawn from the Poisson distribution of the rate in input.");
  m.def("_standard_gamma", &standard_gamma, py::arg("alpha"),
        py::arg("generator") = static_cast<Generator*>(nullptr));
  m.def("_standard_gamma_grad", &standard_gamma_grad, py::arg("alpha"), py::arg("sample"));
  const auto multinomial_of = [](const Tensor& input, int64_t num_samples, bool replacement,
                                 const py::kwargs& kwargs) {
    const Options options = take_options("multinomial", kwargs, &input);
    TAUT_CHECK(!options.out.defined() || options.out.dtype() == DType::Int64, RuntimeError,
               "multinomial: out must be int64, got ", options.out.dtype());
    return options.finish(multinomial(input, num_samples, replacement, options.generator));
  };
  def_op(m, "multinomial", multinomial_of, py::arg("num_samples"), py::arg("replacement") = false,
         "Indices drawn with probabilities in proportion to the last dimension's weights.");
}

// In place ---------------------------------------------------------------------------------------

Tensor bound_random(const Tensor& self, const py::args& args, py::kwargs kwargs) {
  py::object from = take(kwargs, "from"), to = take(kwargs, "to");
  const Options options = take_options("random_", kwargs, &self);
  const bool none = args.empty() && from.is_none() && to.is_none();
  if (none) return random_(self, options.generator);
  TAUT_CHECK(args.size() <= 2, TypeError, "random_() takes at most 2 bounds, got ", args.size());
  if (args.size() == 2) {
    from = args[0];
    to = args[1];
    TAUT_CHECK(!from.is_none(), TypeError, "random_(): 'from' must be int, not None");
  } else if (args.size() == 1) {
    (from.is_none() ? to : from) = args[0];
  }
  const int64_t first = from.is_none() ? 0 : integer_from("random_", "from", from);
  const auto end = to.is_none() ? std::nullopt : std::optional(integer_from("random_", "to", to));
  return random_(self, first, end, options.generator);
}

Tensor bound_bernoulli(const Tensor& self, py::object p, Generator* generator) {
  if (is_tensor(p.ptr())) return bernoulli_(self, tensor_of(p.ptr()), generator);
  return bernoulli_(self, number_from("bernoulli_", "p", p).to_double(), generator);
}

void bind_in_place() {
  const py::arg_v generator = py::arg("generator") = static_cast<Generator*>(nullptr);
  const py::kw_only named;
  def_method("uniform_", &uniform_, py::arg("from") = 0.0, py::arg("to") = 1.0, named, generator,
             "Draws every element uniformly from [from, to).");
  def_method(
      "normal_", &normal_, py::arg("mean") = 0.0, py::arg("std") = 1.0, named, generator,
      "Draws every element from the normal distribution of the given mean and standard deviation.");
  def_method("exponential_", &exponential_, py::arg("lambd") = 1.0, named, generator,
             "Draws every element from the exponential distribution of rate lambd.");
  def_method("cauchy_", &cauchy_, py::arg("median") = 0.0, py::arg("sigma") = 1.0, named, generator,
             "Draws every element from the Cauchy distribution of the given median and scale.");
  def_method("log_normal_", &log_normal_, py::arg("mean") = 1.0, py::arg("std") = 2.0, named,
             generator,
             "Draws the exponential of a normal sample of the given mean and standard deviation.");
  def_method(
      "geometric_", &geometric_, py::arg("p"), named, generator,
      "Draws the number of trials up to and including the first success, each of probability p.");
  def_method("bernoulli_", &bound_bernoulli, py::arg("p") = 0.5, named, generator,
             "Draws ones with probability p, a number or a tensor that broadcasts, else zeros.");
  def_method("random_", &bound_random,
             "random_(from=0, to=None): integers in [from, to); without bounds every one that the "
             "dtype counts exactly.");
}

using DropoutOp = Tensor (*)(const Tensor& x, double p, bool train);

void bind_dropout(py::module_& m) {
  const std::pair<const char*, DropoutOp> ops[] = {
      {"dropout", &dropout},
      {"feature_dropout", &feature_dropout},
      {"alpha_dropout", &alpha_dropout},
      {"feature_alpha_dropout", &feature_alpha_dropout},
      {"dropout_", &dropout_},
      {"feature_dropout_", &feature_dropout_},
      {"alpha_dropout_", &alpha_dropout_},
      {"feature_alpha_dropout_", &feature_alpha_dropout_},
  };
  for (const auto& [name, f] : ops) {
    m.def(name, f, py::arg("input"), py::arg("p"), py::arg("train"),
          "Zeroes random parts of the input in training and rescales the rest.");
  }
  using Rrelu = Tensor (*)(const Tensor&, double, double, bool, Generator*);
  for (const auto& [name, f] :
       {std::pair<const char*, Rrelu>{"rrelu", &rrelu}, {"rrelu_", &rrelu_}}) {
    m.def(
        name, f, py::arg("input"), py::arg("lower") = 1.0 / 8, py::arg("upper") = 1.0 / 3,
        py::arg("training") = false, py::arg("generator") = static_cast<Generator*>(nullptr),
        "x where it is positive, else x times a slope: random in training, else the bounds' mean.");
  }
}

}  // namespace

void bind_random(py::module_& m) {
  bind_generator(m);
  bind_new(m);
  bind_in_place();
  bind_dropout(m);
}

}  // namespace taut
