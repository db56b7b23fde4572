from django.urls import path

from portal.home import health, views

app_name = "home"
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("site.webmanifest", views.manifest, name="manifest"),
    path("brand-<slug:digest>.css", views.brand_style, name="brand"),
    path("kit/", views.kit, name="kit"),
    path("start/", views.start, name="start"),
]
