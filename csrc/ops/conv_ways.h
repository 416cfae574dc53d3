// The ways in which weights are multiplied with patches.
#pragma once

#include "ops/conv_run.h"
#include "ops/scratch.h"

namespace taut {

// Patches packed for the GEMM; vectors along a line of pixels; vectors across output channels.
enum class Way : int8_t { Panels, Direct, Channels };

// The cheapest for the outputs of so many samples.
template <class T>
Way way_of(const PixelGrid& sample, int64_t batch, int64_t rows);

// Bytes of weights that are kept while pixels pass: a quarter of an L2 cache.
constexpr int64_t kWeightRoom = 1 << 18;
// Pixels that pass then, so that reading the weights costs nothing.
constexpr int64_t kPixelsAtOnce = 1024;

// Weights of a group as by_channels() reads them: blocks of `steps` taps of panels of two vectors
// of rows. They are turned all at once where they will be read often, else as they are needed.
template <class T>
class ChannelWeights {
 public:
  int64_t panel, steps;

  ChannelWeights(const Phase<T>& phase, int64_t rows, int64_t group, bool at_once);

  // The panel of row r and the block of tap p; `room`, scratch() elements, may be overwritten.
  const T* at(int64_t r, int64_t p, T* room) const {
    if (turned_.data()) return place(r, p);
    turn(r, p, room);
    return room;
  }
  int64_t scratch() const { return turned_.data() ? 0 : padded(std::min(rows_, panel)) * steps; }

  // Rows filled up to vectors.
  static int64_t padded(int64_t rows) { return blocks_of(rows, lanes()) * lanes(); }

 private:
  static int64_t lanes() { return conv_kernels_of<T>().lanes; }
  int64_t length(int64_t p) const { return std::min(steps, count_ - p); }
  T* place(int64_t r, int64_t p) const {
    return turned_.data() + p * padded(rows_) + r * length(p);
  }
  void turn(int64_t r, int64_t p, T* to) const {
    conv_kernels_of<T>().turn(from_ + r * count_ + p, count_, std::min(panel, rows_ - r), length(p),
                              to);
  }

  int64_t rows_, count_;
  const T* from_;
  Scratch<T> turned_;
};

// The outputs of a phase and a group in some samples: c [rows][c_rs], pixels contiguous, is beta
// times itself plus the product and the bias (rows of it, or null).
template <class T>
struct ProductPart {
  Way way;
  const Phase<T>& phase;
  PixelGrid grid;
  const T* image;
  const T* weights;                 // [rows][taps]
  const ChannelWeights<T>* turned;  // for Way::Channels
  const T* bias;
  int64_t rows;
  T* c;
  int64_t c_rs;
  T beta;
};
template <class T>
void multiply(const ProductPart<T>& part);

}  // namespace taut
