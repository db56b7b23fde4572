from wagtail.snippets.models import register_snippet

from courses.quizzes.viewsets import QuizGroup

register_snippet(QuizGroup)
