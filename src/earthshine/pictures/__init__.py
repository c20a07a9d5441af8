"""Pictures for models that see: named in many ways, checked and drawn anew in a child process. Start at `pictures`."""

from earthshine.pictures.picture import Detail, Picture
from earthshine.pictures.pictures import Pictures

__all__ = ["Detail", "Picture", "Pictures"]
