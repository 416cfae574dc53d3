// The multi-label margin loss of one row of scores.
//
// x[classes]; labels[classes] in [0, classes), ended by a negative one or the end of the row; a
// label may repeat. among[classes] is for use inside. Nothing overlaps or needs alignment.
#pragma once

#include <cstdint>

namespace taut::kernels {

// The sum of max(0, 1 - x[label] + x[other]) over labels and classes that are none.
template <class T>
double multilabel_margin(const T* x, const int64_t* labels, int64_t classes, bool* among);

// grad += g times its derivative.
template <class T>
void multilabel_margin_grad(const T* x, const int64_t* labels, int64_t classes, T g, bool* among,
                            T* grad);

}  // namespace taut::kernels
