"""The reports of the indicators: a document of plain blocks, written as HTML, PDF, CSV and OpenDocument.

Pure: figures and a `ReportFrame` come in, texts and bytes go out. Nothing here reads a clock, a file of the outside
or a database; what is not to be seen was masked before it came here.
"""
