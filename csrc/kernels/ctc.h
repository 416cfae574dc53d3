// Connectionist temporal classification of one sequence, in logarithms.
//
// The states are the 2 count + 1 positions of the labels with blanks before, between and behind
// them. log_probs[t * step + c] for `steps` times and `classes` classes; labels[count], each a
// class other than outside [0, classes); alpha [steps][2 count + 1], contiguous. Nothing overlaps
// or needs alignment; steps and count may be 0.
//
// Source: Graves et al., "Connectionist temporal classification", ICML 2006.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace taut::kernels {

struct CtcSequence {
  int64_t steps, step, classes;
  const int64_t* labels;
  int64_t count, blank;
};

// Writes alpha, the log-probability of the prefixes, and returns minus the log-likelihood: infinity
// where no path of this length spells the labels.
template <class T>
T ctc_forward(const T* log_probs, const CtcSequence& sequence, T* alpha);

// grad[t * step + c] += g (p - q), where p is the probability of c at t and q its part in the
// paths: the derivative by logits, if log_probs is their log_softmax. beta: 2 rows of
// 2 count + 1, for use inside; part: `classes` elements, the same.
template <class T>
void ctc_backward(const T* log_probs, const CtcSequence& sequence, const T* alpha, T loss, T g,
                  T* beta, T* part, T* grad);

}  // namespace taut::kernels
