"""A document becomes HTML, PDF, CSV and OpenDocument that hold the same content and nothing dangerous."""

import csv
import io
import re
from html.parser import HTMLParser

import pypdfium2
import pytest
from odfdo import Document as Spreadsheet
from odfdo import Element

from hub.reports.csv_files import csv_files
from hub.reports.document import Entry
from hub.reports.html import html
from hub.reports.opendocument import opendocument
from hub.reports.opendocument_styles import Format, format_of
from hub.reports.pdf import pdf
from tests.unit.reports.sample import HOSTILE, MADE_AT, document


class Headings(HTMLParser):
    """The levels of the headings and the elements of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.elements: set[str] = set()
        self.addresses: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href", "action"}]
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.fixture(scope="module")
def page() -> str:
    return html(document())


@pytest.fixture(scope="module")
def portable() -> bytes:
    return pdf(document(), MADE_AT)


def test_the_page_has_no_script_and_asks_for_nothing_from_elsewhere(page: str) -> None:
    found = Headings()
    found.feed(page)
    assert not found.elements & {"script", "link", "img", "iframe", "object", "form"}
    assert [] == [address for address in found.addresses if not address.startswith("#")]
    assert "@import" not in page
    assert "url(http" not in page


def test_headings_never_skip_a_level_and_every_id_is_alone(page: str) -> None:
    found = Headings()
    found.feed(page)
    assert 1 == found.levels[0]
    assert all(after <= before + 1 for before, after in zip(found.levels, found.levels[1:], strict=False))
    assert len(found.ids) == len(set(found.ids))


def test_a_text_is_never_markup_in_the_page(page: str) -> None:
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_every_chart_of_the_page_has_its_table(page: str) -> None:
    assert 5 == page.count('<figure class="chart">') == page.count("<details>")


def test_the_pdf_says_that_it_is_accessible_french_and_titled(portable: bytes) -> None:
    assert b"<pdfuaid:part>1</pdfuaid:part>" in portable
    assert b"/Marked true" in portable
    file = pypdfium2.PdfDocument(portable)
    assert "Indicateurs de la convention – Rapport annuel 2026" == file.get_metadata_value("Title")
    assert re.search(rb"/Lang ?\(fr-FR\)", portable)


def test_charts_have_a_sentence_and_tables_their_headings_in_the_tags_of_the_pdf(portable: bytes) -> None:
    assert 5 == len(re.findall(rb"/Alt ?[(<]", portable))
    assert portable.count(b"/S/TH") >= 2 * 5
    assert portable.count(b"/S/Table") >= 5


def test_the_pdf_holds_every_text_and_carries_none_out(portable: bytes) -> None:
    text = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(portable))
    text = re.sub(r"\s+", " ", text)
    for expected in (
        "Les échanges ont progressé.",
        "12,5 %",
        "non fourni",
        "masqué",
        "<script>alert(1)</script>",
        "#panic()",
    ):
        assert expected in text


def test_the_same_document_is_the_same_pdf(portable: bytes) -> None:
    assert portable == pdf(document(), MADE_AT)


def test_csv_files_are_read_by_a_french_spreadsheet() -> None:
    files = dict(csv_files(document()))
    assert "LISEZMOI.txt" == next(iter(files))
    assert 7 == len(files)
    text = files["01-resume.csv"]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))
    assert ["Chiffre", "Valeur", "Repose sur", "État"] == rows[0]
    assert ["messages reçus dans CDAP", "14250", "12 mois", ""] == rows[1]
    assert "0,125" == rows[2][1]
    assert ["", "non fourni"] == [rows[3][1], rows[3][3]]


def test_no_cell_of_a_csv_file_is_a_formula() -> None:
    for name, text in csv_files(document()):
        if name.endswith(".csv"):
            for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"):
                assert [] == [cell for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_spreadsheet_has_a_sheet_for_each_table_and_numbers_in_it() -> None:
    book = Spreadsheet(io.BytesIO(opendocument(document(), MADE_AT)))
    assert ["Sommaire", "01 resume", "02 columns", "03 stacks", "04 groups", "05 flows", "06 bars"] == [
        sheet.name for sheet in book.body.tables
    ]
    sheet = book.body.get_table(name="02 columns")
    assert sheet is not None
    values = [list(row) for row in sheet.iter_values()]
    assert ["janvier 2026", 12] == values[4][:2]
    assert ["février 2026", "masqué"] == values[5][:2]
    assert [HOSTILE.replace("« ", "«\u00a0").replace(" »", "\u00a0»"), "non fourni"] == values[6][:2]
    assert "float" == sheet.get_cell((1, 4)).type


def test_a_number_of_the_spreadsheet_looks_as_the_report_reads_it() -> None:
    book = Spreadsheet(io.BytesIO(opendocument(document(), MADE_AT)))
    sheet = book.body.get_table(name="01 resume")
    assert sheet is not None
    found = [sheet.get_cell((1, row)) for row in (4, 5)]
    assert [("float", "14\u202f250"), ("percentage", "12,5 %")] == [
        (cell.type, str(cell).strip("\n")) for cell in found
    ]
    looks = [data_style(book, cell.style or "") for cell in found]
    assert [("number:number-style", "0", ""), ("number:percentage-style", "1", "\u00a0%")] == looks


def test_the_spreadsheet_has_every_style_that_its_cells_and_columns_name() -> None:
    content = Spreadsheet(io.BytesIO(opendocument(document(), MADE_AT))).content.serialize().decode()
    named = set(re.findall(r'(?:table|style):(?:data-|apply-)?style-name="([^"]*)"', content))
    made = set(re.findall(r'<(?:style:style|number:[a-z-]+-style)[^>]* style:name="([^"]*)"', content))
    assert {"plain0", "plain1percent", "plain0-format", "words", "absent"} <= named
    assert set() == named - made


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry("−1\u202f204", -1204), Format(0, signed=True)),
        (Entry("+2\u00a0%", 0.02), Format(1, "%", signed=True)),
        (Entry("1\u00a0heure", 1.0), Format(1, "heure")),
        (Entry("3,5", 3.5), Format(1)),
        (Entry("mars 2026", "2026-03"), None),
    ],
    ids=["a loss", "a gain in percent", "a duration", "a mean", "a word"],
)
def test_the_format_of_a_number_is_that_of_its_text(entry: Entry, expected: Format | None) -> None:
    assert expected == format_of(entry)


def data_style(book: Spreadsheet, name: str) -> tuple[str, str, str]:
    """Kind, places and unit of how the cells of a style show their number."""
    cell_style = book.get_style("table-cell", name)
    assert cell_style is not None
    data = cell_style.get_attribute_string("style:data-style-name")
    (found,) = book.content.root.xpath(f"//*[@style:name='{data}']")
    assert isinstance(found, Element)
    (number,) = found.get_elements("number:number")
    unit = found.inner_text
    return found.tag, str(number.get_attribute("number:decimal-places")), unit
