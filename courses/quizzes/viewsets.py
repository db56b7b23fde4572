"""Question banks, questions and quizzes as screens of the CMS."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import ObjectList
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from courses.quizzes.forms import QuestionForm
from courses.quizzes.models import Question, QuestionBank, Quiz


class QuestionBankViewSet(SnippetViewSet):
    model = QuestionBank
    icon = "folder-open-inverse"
    list_display = ["code", "title"]
    search_fields = ["code", "title"]


class QuestionViewSet(SnippetViewSet):
    model = Question
    icon = "help"
    edit_handler = ObjectList(Question.panels, base_form_class=QuestionForm)
    list_display = ["code", "stem", "kind", "verified", "retired"]
    list_filter = ["bank", "kind", "verified", "retired"]
    search_fields = ["code", "stem", "rationale"]
    list_per_page = 50


class QuizViewSet(SnippetViewSet):
    model = Quiz
    icon = "clipboard-list"
    list_display = ["course", "pass_mark", "attempts"]


class QuizGroup(SnippetViewSetGroup):
    items = (QuizViewSet, QuestionBankViewSet, QuestionViewSet)
    menu_label = _("Quizzes")
    menu_icon = "clipboard-list"
    menu_order = 250
