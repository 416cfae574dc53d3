# Kernels that use SIMD are compiled once per instruction set, from one source, each into its own
# namespace; kernels/select.cpp picks a table at load.

set(TAUT_SIMD_KERNELS
  attention
  columns
  conv
  gemm/gemm
  loss
  max_pool
  pointwise_backward
  pointwise_binary
  pointwise_compare
  pointwise_ternary
  pointwise_unary
  optim
  planes
  random
  recurrent
  reduce
  resample
  rows
  stream
)
set(TAUT_PLAIN_KERNELS
  copy
  ctc
  indexing
  multilabel
  pool
  scan
  sort
)

set(kernel_flags -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math)
set(avx2_flags -mavx2 -mfma -mbmi2 -mf16c)
set(avx512_flags ${avx2_flags} -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)

function(taut_add_kernel_isa target isa)
  list(TRANSFORM TAUT_SIMD_KERNELS PREPEND csrc/kernels/ OUTPUT_VARIABLE sources)
  list(TRANSFORM sources APPEND .cpp)
  if(NOT sources)
    return()
  endif()
  add_library(taut_kernels_${isa} OBJECT ${sources})
  target_include_directories(taut_kernels_${isa} PRIVATE csrc)
  target_compile_definitions(taut_kernels_${isa} PRIVATE TAUT_ISA=${isa})
  target_compile_options(taut_kernels_${isa} PRIVATE ${kernel_flags} ${ARGN} -Wall -Wextra)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Vectors in signatures of static functions: the ABI of calls that never leave the file.
    target_compile_options(taut_kernels_${isa} PRIVATE -Wno-psabi)
  endif()
  if(TAUT_WERROR)
    target_compile_options(taut_kernels_${isa} PRIVATE -Werror)
  endif()
  if(TAUT_SANITIZE)
    target_compile_options(taut_kernels_${isa} PRIVATE -fsanitize=${TAUT_SANITIZE} -g)
  endif()
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:taut_kernels_${isa}>)
endfunction()

function(taut_add_kernels target)
  list(TRANSFORM TAUT_PLAIN_KERNELS PREPEND csrc/kernels/ OUTPUT_VARIABLE plain)
  list(TRANSFORM plain APPEND .cpp)
  set_source_files_properties(${plain} PROPERTIES COMPILE_OPTIONS "-O3")
  target_sources(${target} PRIVATE ${plain} csrc/kernels/select.cpp)
  taut_add_kernel_isa(${target} baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    taut_add_kernel_isa(${target} avx2 ${avx2_flags})
    taut_add_kernel_isa(${target} avx512 ${avx512_flags})
    target_compile_definitions(${target} PRIVATE TAUT_X86_KERNELS)
  endif()
endfunction()
