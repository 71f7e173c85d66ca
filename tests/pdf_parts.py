"""What tests read from a PDF: its outline and its links."""


def titles(outline, depth=0):
    """(depth, title) of each entry of an outline."""
    for entry in outline:
        if isinstance(entry, list):
            yield from titles(entry, depth + 1)
        else:
            yield depth, entry.title


def links(reader):
    """Where the links of each page lead: to a page number, or to an address outside."""
    places = {name: reader.get_destination_page_number(one) for name, one in reader.named_destinations.items()}
    for number, page in enumerate(reader.pages):
        for link in page.get("/Annots", []):
            link = link.get_object()
            if link.get("/Subtype") == "/Link":
                outside = link["/A"]["/URI"] if "/A" in link and "/URI" in link["/A"] else None
                yield number, outside or places[link.get("/Dest") or link["/A"]["/D"]]
