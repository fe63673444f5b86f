"""Sheets for tests, written as offices write them: the same counts in many styles, as bytes."""

import html
import io
import zipfile

import xlsxwriter
import xlwt

LQLIAA, AIT_MELLOUL, TEMSIA = "09.273.01.17", "09.273.01.05", "09.273.05.27"


def csv_bytes(rows, *, delimiter=";", encoding="utf-8", end="\r\n"):
    """The rows as a text file; a cell that holds the delimiter is quoted."""

    def cell(value):
        text = "" if value is None else str(value)
        return '"' + text.replace('"', '""') + '"' if delimiter in text or '"' in text else text

    return (end.join(delimiter.join(map(cell, row)) for row in rows) + end).encode(encoding)


def xlsx_bytes(*sheets, merged=(), right_to_left=False, date_1904=False):
    """Each sheet (name, rows) in a workbook; `merged` are first line and column, last line and column, from 0."""
    content = io.BytesIO()
    options = {"default_date_format": "yyyy-mm-dd", "date_1904": date_1904, "strings_to_formulas": False}
    with xlsxwriter.Workbook(content, options) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            if right_to_left:
                sheet.right_to_left()
            for line, row in enumerate(rows):
                for column, value in enumerate(row):
                    if value is not None and value != "":
                        sheet.write(line, column, value)
            for top, left, bottom, right in merged:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
    return content.getvalue()


def xls_bytes(rows, *, merged=()):
    """The rows as the workbook of an old program."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("a")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    inside = {
        (line, column)
        for top, left, bottom, right in merged
        for line in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    for line, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is None or value == "" or (line, column) in inside:
                continue
            if hasattr(value, "isoformat"):
                sheet.write(line, column, value, day)
            else:
                sheet.write(line, column, value)
    for top, left, bottom, right in merged:
        sheet.write_merge(top, bottom, left, right, rows[top][left])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ods_bytes(rows):
    """The rows as a spreadsheet of OpenDocument."""
    lines = []
    for row in rows:
        cells = []
        for value in row:
            if value is None or value == "":
                cells.append("<table:table-cell/>")
            elif isinstance(value, int | float):
                cells.append(
                    f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p>'
                    "</table:table-cell>"
                )
            else:
                text = html.escape(str(value))
                cells.append(f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>')
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    return ods_archive("".join(lines))


def ods_archive(lines):
    """A spreadsheet of OpenDocument around the mark-up of its lines."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="a">{lines}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/></manifest:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return made.getvalue()


def html_bytes(rows, *, encoding="utf-8", before=""):
    """The rows as a page of HTML, as portals write it under the name .xls."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape('' if v is None else str(v))}</td>" for v in row) + "</tr>" for row in rows
    )
    page = f'<html><head><meta charset="{encoding}"></head><body>{before}<table>{lines}</table></body></html>'
    return page.encode(encoding)
