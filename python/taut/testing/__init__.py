"""For tests: comparing values and making tensors to compare."""

from taut.testing._comparison import assert_close
from taut.testing._creation import make_tensor

__all__ = ["assert_close", "make_tensor"]
