"""The product's addresses, with the gallery before them."""

from project import faults, urls
from tests.pages.gallery import gallery

urlpatterns = [*gallery.urlpatterns, *urls.urlpatterns]
handler400, handler403, handler404, handler500 = (
    faults.bad_request,
    faults.permission_denied,
    faults.not_found,
    faults.server_error,
)
