from django.urls import path

from certificates.issuing import views
from certificates.issuing.cme import views as cme
from certificates.issuing.evaluation import views as evaluation
from certificates.issuing.reporting import views as reporting

app_name = "issuing"
urlpatterns = [
    path("certificates/", views.mine, name="mine"),
    path("certificates/card/<uuid:enrolment>/", views.card, name="card"),
    path("certificates/credits/<uuid:enrolment>/", cme.claim, name="claim"),
    path("certificates/credits/<uuid:enrolment>/body/", cme.body, name="body"),
    path("certificates/credits/<uuid:enrolment>/details/", cme.details, name="details"),
    path("certificates/credits/<uuid:enrolment>/evaluation/", cme.evaluation, name="evaluation"),
    path("certificates/evaluations/", evaluation.index, name="evaluations"),
    path("certificates/evaluations/<uuid:course>/", evaluation.results, name="results"),
    path("certificates/accreditations/", reporting.index, name="accreditations"),
    path("certificates/accreditations/<uuid:accreditation>/", reporting.show, name="report"),
    path("certificates/<uuid:uuid>.pdf", views.download, name="download"),
    path("verify/", views.verify_start, name="verify_start"),
    path("verify/keys.pem", views.signing_keys, name="signing_keys"),
    path("verify/<uuid:uuid>", views.verify, name="verify"),
    path("verify/<slug:number>", views.verify_number, name="verify_number"),
]
