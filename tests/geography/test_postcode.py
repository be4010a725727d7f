"""Which slips in a postcode are mended, and what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.geography.postcode import compact, mend, outward

OUTWARDS = ["L1", "M60", "CH1", "CH65", "WA10", "W1A", "EC1A", "PR0", "IP1", "OL1"]
POSTCODES = st.builds(
    lambda out, digit, letters: f"{out} {digit}{letters}",
    st.sampled_from(OUTWARDS),
    st.integers(0, 9),
    st.text("ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2),
)


@given(POSTCODES)
def test_what_is_right_is_left_alone(postcode: str) -> None:
    for written in (postcode, postcode.lower(), compact(postcode), f" {postcode}. "):
        assert mend(written) == (postcode, "")


@given(POSTCODES, st.data())
def test_a_digit_typed_as_a_letter_is_never_made_another_postcode(
    postcode: str, data: st.DataObject
) -> None:
    places = [i for i, character in enumerate(postcode) if character in "01"]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from({"0": "O", "1": "IL"}[postcode[place]]))
    slip = postcode[:place] + letter + postcode[place + 1 :]
    try:
        mended, told = mend(slip)
    except ValueError as error:
        mended, told = "", str(error)
    if mended:
        assert mended == postcode
        assert f"letter {letter} read as the digit" in told
    else:
        assert "could be" in told


@given(st.text(max_size=12))
def test_any_text_is_a_postcode_or_a_clear_refusal(text: str) -> None:
    try:
        postcode, _ = mend(text)
    except ValueError as error:
        postcode, refusal = "", str(error)
    if postcode:
        assert re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", postcode)
        assert mend(postcode) == (postcode, "")
    else:
        assert "postcode" in refusal


@pytest.mark.parametrize(
    ("written", "postcode", "told"),
    [
        ("CH65 OEZ", "CH65 0EZ", "letter O read as the digit 0: CH65 OEZ -> CH65 0EZ"),
        ("CH4I 1AA", "CH41 1AA", "letter I read as the digit 1: CH4I 1AA -> CH41 1AA"),
        ("CHl 1AA", "CH1 1AA", "letter L read as the digit 1: CHL 1AA -> CH1 1AA"),
        ("0L1 1AA", "OL1 1AA", "digit 0 read as the letter O: 0L1 1AA -> OL1 1AA"),
        ("CH1 1 RL", "CH1 1RL", "stray space put right: CH1 1 RL -> CH1 1RL"),
        (
            "C H4I 1AA",
            "CH41 1AA",
            "letter I read as the digit 1: C H4I 1AA -> CH41 1AA; "
            "stray space put right: C H4I 1AA -> CH41 1AA",
        ),
    ],
)
def test_slips_are_mended_and_told(written: str, postcode: str, told: str) -> None:
    assert mend(written) == (postcode, told)


@pytest.mark.parametrize("text", ["", "  ", "Chester", "CH1", "ZZ1 1AA", "CH1 1CA", "L01 1AA", "€"])
def test_what_is_no_postcode_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="postcode"):
        mend(text)


def test_parts() -> None:
    assert outward("CH65 0EZ") == "CH65"
    assert outward("L11AA") == "L1"
    assert compact("CH41 1AA") == "CH411AA"
