"""Pictures: what they say agrees with what they draw, and nobody is drawn a picture of nothing."""

import re
import xml.etree.ElementTree as Tree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform import pictures
from app.platform.pictures import Day, Line, Member, Picture, Share, Span, Tie, projection
from app.platform.pictures.labels import Box, place_labels
from app.platform.pictures.partnerships import lines_of
from app.platform.pictures.picture import element

SVG = "{http://www.w3.org/2000/svg}"
DAYS = (Day(label="Tue", starts=540, ends=1080), Day(label="Wed", starts=540, ends=1080))


def member(name: str, latitude: float, longitude: float, region: str = "") -> Member:
    return Member(name=name, latitude=latitude, longitude=longitude, region=region)


DAKAR, CHENGDU, VIENNA = (
    member("Dakar", 14.72, -17.47, "Africa"),
    member("Chengdu", 30.57, 104.07, "Asia"),
    member("Vienna", 48.21, 16.37, "Europe"),
)


def parsed(picture: Picture | None) -> Tree.Element:
    """The picture as a tree, once it is known to be an image with a name and a description."""
    assert picture is not None
    root = Tree.fromstring(str(picture.svg))
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title" and root[0].text == picture.title
    assert root[1].tag == f"{SVG}desc" and root[1].text == picture.text
    assert "style=" not in picture.svg and " id=" not in picture.svg
    assert len(picture.svg) < 30_000
    return root


def classes(root: Tree.Element) -> list[str]:
    return [one.get("class", "") for one in root.iter()]


def test_text_of_people_cannot_become_markup() -> None:
    assert element("text", "<b>&", title='"') == '<text title="&#34;">&lt;b&gt;&amp;</text>'


def test_equal_earth_keeps_its_middle_and_its_edges() -> None:
    assert projection.on_sheet(0, 11) == pytest.approx((360, projection.HEIGHT / 2))
    assert projection.on_sheet(0, -168.999)[0] == pytest.approx(0, abs=0.01)
    assert projection.on_sheet(90, 0)[1] == pytest.approx(0)
    assert pytest.approx(2.0546, abs=0.001) == projection.WIDTH / projection.HEIGHT


def test_equal_earth_keeps_areas() -> None:
    def band(low: float, high: float) -> float:
        corners = [projection.on_sheet(low, 10), projection.on_sheet(low, 12)]
        top = [projection.on_sheet(high, 10), projection.on_sheet(high, 12)]
        width = ((corners[1][0] - corners[0][0]) + (top[1][0] - top[0][0])) / 2
        return width * (corners[0][1] - top[0][1])

    # One degree of latitude at 60° covers half of the area that it covers at the equator.
    assert band(59.5, 60.5) / band(-0.5, 0.5) == pytest.approx(0.5, abs=0.01)


def test_the_map_draws_each_partnership_once_and_names_each_city() -> None:
    ties = [
        Tie(members=(DAKAR, CHENGDU, VIENNA), modality="triangular"),
        Tie(members=(VIENNA, CHENGDU), modality="north-south", is_waiting=True, is_chosen=True),
    ]
    picture = pictures.world_map(ties)
    root = parsed(picture)
    drawn = classes(root)
    assert drawn.count("arc line-triangular") == 1
    assert drawn.count("arc line-north-south") == 1
    assert drawn.count("chosen") == 1
    assert sorted(one.text or "" for one in root.iter(f"{SVG}text")) == ["Chengdu", "Dakar", "Vienna"]
    assert picture is not None
    assert picture.text == "2 partnerships in 2 modalities: North-South 1, Triangular 1."
    assert picture.lines[0] == "North-South: Vienna with Chengdu (waits for consent)"
    triangle = next(one for one in root.iter(f"{SVG}path") if one.get("class") == "arc line-triangular")
    assert (triangle.get("d") or "").endswith("Z")


def test_a_city_with_open_consent_alone_has_a_hollow_dot() -> None:
    waiting = parsed(pictures.world_map([Tie(members=(DAKAR, VIENNA), modality="north-south", is_waiting=True)]))
    settled = parsed(pictures.world_map([Tie(members=(DAKAR, VIENNA), modality="north-south")]))
    assert classes(waiting).count("dot waiting") == 2
    assert classes(settled).count("dot") == 2


def test_no_partnership_gives_no_map() -> None:
    assert pictures.world_map([]) is None


@given(
    st.lists(
        st.tuples(st.floats(10, 420, allow_nan=False), st.floats(10, 210, allow_nan=False)), min_size=1, max_size=14
    )
)
def test_labels_stay_on_the_sheet(dots: list[tuple[float, float]]) -> None:
    labels = place_labels(["Gothenburg"] * len(dots), dots, width=430, height=220)
    sheet = Box(-2, -9, 434, 238)
    for label in labels:
        assert sheet.overlap(label.box) == pytest.approx(label.box.width * label.box.height)


def test_two_neighbours_get_labels_that_do_not_cover_each_other() -> None:
    first, second = place_labels(["Shenzhen", "Foshan"], [(200, 100), (203, 101)], width=430, height=220)
    assert first.box.overlap(second.box) == 0


def test_the_network_shows_regions_above_forty_cities() -> None:
    few = [
        Tie(members=(DAKAR, CHENGDU), modality="south-south"),
        Tie(members=(VIENNA, CHENGDU), modality="north-south"),
    ]
    assert (
        "Dakar" in str(parsed(pictures.network(few)).find(f".//{SVG}text[3]") is not None)
        or "Dakar" in (pictures.network(few) or Picture(title="", text="", svg=element("g"))).svg
    )
    many = [
        Tie(
            members=(member(f"A{n}", 0, n, "Africa"), member(f"B{n}", 10, n, "Asia")),
            modality="south-south",
        )
        for n in range(25)
    ]
    root = parsed(pictures.network(many))
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert words == ["25", "Africa", "Asia"]


def test_a_strip_says_the_share_of_the_open_hours() -> None:
    used = [
        Span(day=0, starts=540, ends=810, kind="used"),
        Span(day=0, starts=900, ends=960, kind="used", mark="danger"),
    ]
    used.append(Span(day=1, starts=540, ends=600, kind="used"))
    picture = pictures.room_strip(DAYS, [Line(name="Boardroom D", spans=tuple(used))])
    root = parsed(picture)
    assert picture is not None
    assert picture.lines == ("Boardroom D: 36 % of the open hours; 3 sessions",)
    assert classes(root).count("fill") == 2
    assert classes(root).count("alarm") == 1
    assert "36%" in [one.text for one in root.iter(f"{SVG}text")]


def test_closed_hours_do_not_count_as_open() -> None:
    spans = [Span(day=0, starts=540, ends=810, kind="closed")]
    spans += [Span(day=0, starts=at, ends=at + 45, kind="used") for at in (810, 900, 990)]
    picture = pictures.room_strip(DAYS[:1], [Line(name="Rotunda", spans=tuple(spans))])
    assert picture is not None
    assert picture.lines == ("Rotunda: 50 % of the open hours; 3 sessions",)


def test_a_person_in_two_places_gets_a_frame_and_the_longest_run() -> None:
    spans = (
        Span(day=0, starts=540, ends=600, kind="must"),
        Span(day=0, starts=605, ends=700, kind="meeting"),
        Span(day=0, starts=840, ends=930, kind="must"),
        Span(day=0, starts=900, ends=960, kind="must"),
    )
    picture = pictures.person_strip(DAYS[:1], [Line(name="Mayor", spans=spans)])
    root = parsed(picture)
    assert picture is not None
    assert picture.lines == ("Mayor, Tue: 4 h 35 min busy, longest run 2 h 40 min, 1 break",)
    assert classes(root).count("alarm") == 1


def test_fewer_than_three_marks_give_no_picture() -> None:
    assert pictures.room_strip(DAYS, [Line(name="A", spans=(Span(day=0, starts=540, ends=600, kind="used"),))]) is None
    assert pictures.person_strip(DAYS, [Line(name="A", spans=())]) is None
    assert pictures.solver_line([(1.0, 5, None)]) is None
    assert pictures.shortfall([Share(name="A", promised=1, held=1, people=1)]) is None


def test_the_solver_line_says_both_figures_and_the_gap() -> None:
    picture = pictures.solver_line([(0.2, 96, 10), (3.0, 40, 30), (14.0, 38, 34)])
    root = parsed(picture)
    assert picture is not None
    assert picture.text == "After 14 s: best 38. Not below 34, gap 11 %. First plan after 0.2 s at 96."
    words = [one.text for one in root.iter(f"{SVG}text")]
    assert "38" in words and "34" in words and "nothing below this" in words


def test_no_line_runs_through_the_words_of_the_solver_line() -> None:
    """Both lines lie on the foot from the middle on: the word of the limit stands over them, that of the plan above it."""
    for steps in ([(0.1, 3, 0), (0.4, 0, 0)], [(0.1, 3, 0), (0.2, 0, 0), (4.0, 0, 0)]):
        picture = pictures.solver_line(steps)
        root = parsed(picture)
        at = {one.text: float(one.get("y") or "nan") for one in root.iter(f"{SVG}text")}
        assert at["nothing below this"] <= 92 - 4
        assert abs(at["best plan so far"] - at["nothing below this"]) >= 12


def test_the_solver_line_of_something_to_grow_says_not_above() -> None:
    picture = pictures.solver_line([(0.2, 10, 96), (3.0, 30, 40), (14.0, 34, 38)])
    assert picture is not None
    assert "Not above 38" in picture.text
    assert "nothing above this" in picture.svg


@given(
    st.lists(
        st.tuples(
            st.floats(0, 600, allow_nan=False),
            st.none() | st.integers(-(10**12), 10**12),
            st.none() | st.integers(-(10**12), 10**12),
        ),
        max_size=30,
    )
)
def test_any_run_gives_a_picture_that_stays_on_its_sheet(steps: list[tuple[float, int | None, int | None]]) -> None:
    steps.sort(key=lambda step: step[0])
    picture = pictures.solver_line(steps)
    if picture is None:
        return
    root = parsed(picture)
    numbers = [
        float(number)
        for one in root.iter(f"{SVG}path")
        for number in re.findall(r"-?\d+(?:\.\d+)?", one.get("d") or "")
    ]
    assert all(0 <= number <= 300 for number in numbers)


def test_shares_stand_by_name_and_the_worst_is_marked_with_a_word() -> None:
    shares = [
        Share(name="Europe", promised=100, held=98, people=50),
        Share(name="Latin America", promised=48, held=39, people=24),
        Share(name="Africa", promised=100, held=94, people=40),
    ]
    picture = pictures.shortfall(shares)
    root = parsed(picture)
    assert picture is not None
    assert [line.split(":")[0] for line in picture.lines] == ["Africa", "Europe", "Latin America"]
    assert picture.text == "Latin America falls behind."
    assert "▲ Latin America" in [one.text for one in root.iter(f"{SVG}text")]
    assert picture.lines[2] == "Latin America: 81%, 9 short; 24 people"


def test_a_shortfall_never_reads_as_a_hundred() -> None:
    assert Share(name="A", promised=1000, held=999, people=9).percent == 99
    assert Share(name="A", promised=0, held=0, people=0).percent == 100


@pytest.mark.parametrize(("held", "step"), [(0, 0), (1, 1), (8, 1), (9, 2), (22, 3), (32, 4), (33, 5), (40, 5)])
def test_heat_goes_by_fifths(held: int, step: int) -> None:
    assert pictures.heat_step(held, 40) == step


def test_totals_of_heat_add_up() -> None:
    cells = tuple(pictures.Cell(held=held, tables=40) for held in (22, 36))
    table = pictures.HeatTable(
        columns=("a", "b"), rows=(("hall", cells), ("vip", (pictures.Cell(held=1, tables=4),) * 2))
    )
    assert (table.of_row(0).held, table.of_row(0).tables) == (58, 80)
    assert (table.of_column(1).held, table.of_column(1).tables) == (37, 44)


def test_a_run_in_which_nothing_moved_has_no_picture() -> None:
    assert pictures.solver_line([(0.1, 0, 0), (0.4, 0, 0), (1.0, 0, 0)]) is None
    assert pictures.solver_line([(0.1, 3, 0), (0.4, 0, 0)]) is not None


def test_the_words_beside_a_picture_name_members_that_have_no_dot() -> None:
    tie = Tie(members=(DAKAR, CHENGDU), others=("UNIDO",), modality="triangular")
    assert lines_of([tie]) == ("Triangular: Dakar, Chengdu with UNIDO",)
