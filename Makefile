# Everything needs Python, a C++20 compiler and make; the rest is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(shell find csrc python cmake -type f -not -name '*.so' -not -path '*/__pycache__/*') CMakeLists.txt pyproject.toml
JOBS ?= $(shell nproc 2>/dev/null || sysctl -n hw.ncpu)
export CMAKE_BUILD_PARALLEL_LEVEL := $(JOBS)

.PHONY: demo test test-cpp bench check format asan clean

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip

# The package with an extra, rebuilt when a source changed.
$(VENV)/installed-%: $(BIN)/python $(SOURCES)
	$(BIN)/pip install --quiet ".[$*]"
	touch $@

# Installs the package and trains a small language model with a tied embedding.
demo: $(VENV)/installed-demo
	$(BIN)/python examples/tied_language_model.py $(ARGS)

# Builds, and runs every test, C++ and Python.
test: $(VENV)/installed-test test-cpp
	$(BIN)/python -m pytest $(ARGS)

test-cpp: $(VENV)/installed-test
	$(BIN)/cmake -S . -B build/tests -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja -DTAUT_BUILD_PYTHON=OFF -DTAUT_BUILD_TESTS=ON
	$(BIN)/cmake --build build/tests
	$(BIN)/ctest --test-dir build/tests --output-on-failure

bench: $(VENV)/installed-bench
	$(BIN)/python benchmarks/run.py $(ARGS)

$(VENV)/installed-tools: $(BIN)/python
	$(BIN)/pip install --quiet "ruff>=0.6" "mypy>=1.10" "clang-format>=18"
	touch $@

format: $(VENV)/installed-tools
	$(BIN)/ruff format python tests benchmarks examples
	find csrc tests/cpp examples -name '*.h' -o -name '*.cpp' | xargs $(BIN)/clang-format -i

# What a reviewer would check without running the program.
check: $(VENV)/installed-tools $(VENV)/installed-test
	$(BIN)/ruff check python tests benchmarks examples
	$(BIN)/python -m pytest tests/house

# The tests under AddressSanitizer and UndefinedBehaviorSanitizer.
asan: $(VENV)/installed-test
	$(BIN)/cmake -S . -B build/asan -G Ninja -DCMAKE_MAKE_PROGRAM=$(abspath $(BIN))/ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	  -DTAUT_SANITIZE=address,undefined -DTAUT_BUILD_TESTS=ON -DTAUT_BUILD_PYTHON=ON \
	  -DPython_EXECUTABLE=$(abspath $(BIN))/python -Dpybind11_DIR=$$($(BIN)/python -m pybind11 --cmakedir)
	$(BIN)/cmake --build build/asan
	rm -rf build/asan/site && mkdir -p build/asan/site && cp -r python/taut build/asan/site/ && rm -f build/asan/site/taut/_C*.so && cp build/asan/_C*.so build/asan/site/taut/
	ASAN_OPTIONS=detect_leaks=0 $(BIN)/ctest --test-dir build/asan --output-on-failure
	ASAN_OPTIONS=detect_leaks=0:protect_shadow_gap=0 LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" \
	  PYTHONPATH=build/asan/site $(BIN)/python -m pytest -x $(ARGS)

clean:
	rm -rf build $(VENV)
