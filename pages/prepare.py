"""prepare"""

from pages._frame import require

require()
