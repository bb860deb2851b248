"""A QR code as inline SVG: drawn here, so that no secret leaves for another server or another file."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

# The blank margin that readers need, in modules.
MARGIN = 4


def qr_svg(text: str, label: str) -> SafeString:
    """Return `text` as a picture, black on white in every theme; `label` is what a reader of the screen hears."""
    # Here, since reportlab would make every start slower.
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(text)
    code.make()
    size = code.getModuleCount()
    dark = ((row, column) for row in range(size) for column in range(size) if code.isDark(row, column))
    path = "".join(f"M{column + MARGIN} {row + MARGIN}h1v1h-1z" for row, column in dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" width="232" height="232" role="img" aria-label="{1}"'
        ' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{0}v{0}H0z"/><path fill="#000" d="{2}"/></svg>',
        size + 2 * MARGIN,
        label,
        path,
    )
