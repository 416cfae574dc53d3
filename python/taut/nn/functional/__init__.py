"""Functions of neural networks, stateless: what the modules of ``taut.nn`` call.

Names, arguments and defaults are PyTorch's. Functions that need no work in Python are the core's own.
"""

from taut import _C
from taut._distances import pdist  # noqa: F401
from taut.nn._lookup import *  # noqa: F403
from taut.nn.functional._activation import *  # noqa: F403
from taut.nn.functional._attention import *  # noqa: F403
from taut.nn.functional._average_pool import *  # noqa: F403
from taut.nn.functional._conv import *  # noqa: F403
from taut.nn.functional._ctc_loss import *  # noqa: F403
from taut.nn.functional._dropout import *  # noqa: F403
from taut.nn.functional._fractional_pool import *  # noqa: F403
from taut.nn.functional._grid import *  # noqa: F403
from taut.nn.functional._linear_cross_entropy import *  # noqa: F403
from taut.nn.functional._loss import *  # noqa: F403
from taut.nn.functional._margin_loss import *  # noqa: F403
from taut.nn.functional._norm import *  # noqa: F403
from taut.nn.functional._pool import *  # noqa: F403
from taut.nn.functional._reshape import *  # noqa: F403
from taut.nn.functional._resize import *  # noqa: F403

linear = _C.linear
logsigmoid = _C.logsigmoid
softsign = _C.softsign
tanhshrink = _C.tanhshrink
softplus = _C.softplus
gelu = _C.gelu
softshrink = _C.softshrink
hardshrink = _C.hardshrink
scaled_dot_product_attention = _C.scaled_dot_product_attention
relu_ = _C.relu_
leaky_relu_ = _C.leaky_relu_
elu_ = _C.elu_
celu_ = _C.celu_
selu_ = _C.selu_
rrelu_ = _C.rrelu_
hardtanh_ = _C.hardtanh_
threshold_ = _C.threshold_
