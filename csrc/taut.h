// The C++ library in one include.
#pragma once

#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "engine/engine.h"
#include "graph/record.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/matmul.h"
#include "ops/pointwise.h"
#include "ops/random.h"
#include "ops/reduce.h"
#include "ops/views.h"
#include "tensor/tensor.h"
