"""Days in a sentence: as the United Kingdom writes them, whatever the machine speaks."""

from datetime import date

from psnplanner.board.charts import _month
from psnplanner.board.words import short_date, uk_date
from psnplanner.programme.words import short_uk, uk


class _Abroad(date):
    """A day whose months `strftime` would name in the machine's own language."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace("June", "Juin").replace("Jun", "juin")


def test_days_are_written_in_english_everywhere() -> None:
    day = _Abroad(2014, 6, 3)
    assert f"{day:%B}" == "Juin"
    assert (uk(day), short_uk(day), _month(day)) == ("3 June 2014", "3 Jun 2014", "Jun 14")
    assert (uk_date("2014-06-03"), short_date("2014-06-03")) == ("3 June 2014", "3 Jun 2014")
    assert (uk_date(None), short_date("")) == ("", "")
