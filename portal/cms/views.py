"""Pictures by their address; documents go through Wagtail's view, which asks who may see them."""

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from portal.cms.filetypes import PICTURES, ending

FOLDERS = ("images/", "original_images/")


@require_safe
def picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture or rendition of the CMS; nothing else that lies in the media folder is found here.

    Wagtail has read its content and compared it with its ending, so the ending is the type.
    """
    kind = PICTURES.get(ending(name))
    if kind is None or not name.startswith(FOLDERS):
        raise Http404
    try:
        file = default_storage.open(name)
    except (OSError, ValueError, SuspiciousFileOperation):  # not there, no name of a file, outside
        raise Http404 from None
    response = FileResponse(file, content_type=kind)
    response["Cache-Control"] = "public, max-age=86400"
    return response
