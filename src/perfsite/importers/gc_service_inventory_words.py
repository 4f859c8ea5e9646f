"""The words of the Government of Canada's service inventory: its columns, codes and settings.

Lives here: which column is which measure, what its codes mean in both languages, and the settings
of a site that shows it. Not here: reading a cell.
"""

from __future__ import annotations

from typing import Final

from perfsite.text import message

INVENTORY: Final = (
    "fiscal_yr",
    "service_id",
    "service_name_en",
    "owner_org_title",
    "num_applications_total",
)
"""The columns by which a file is known as an inventory of services; all are needed."""
STANDARDS: Final = (
    "fiscal_yr",
    "service_id",
    "service_standard_id",
    "target",
    "volume_meeting_target",
    "total_volume",
)
"""The columns by which a file is known as one of service standards; all are needed."""

TOTAL: Final = "num_applications_total"
CHANNELS: Final = {
    "num_applications_online": "online",
    "num_applications_by_phone": "phone",
    "num_applications_in_person": "in-person",
    "num_applications_by_mail": "mail",
    "num_applications_by_email": "email",
    "num_applications_by_fax": "fax",
    "num_applications_by_other": "other",
}
"""The columns of applications and our channels; the inventory's total is the sum of them."""
COUNTS: Final = {
    "num_website_visits": "website_visits",
    "num_phone_enquiries": "phone_enquiries",
}
"""The columns that count something else than applications, and the measures that they become."""
MEASURES: Final = {
    "website_visits": message("Website visits"),
    "phone_enquiries": message("Telephone enquiries"),
    "standard_target": message("Target of the service standard"),
    "standard_met": message("Cases that met the service standard"),
    "standard_volume": message("Cases under the service standard"),
    "standard_target_met": message("Whether the target was met, as stated: 1 for yes, 0 for no"),
}
"""The measures that the settings declare, with the names that they have there."""
STANDARD: Final = {
    "target": "standard_target",
    "volume_meeting_target": "standard_met",
    "total_volume": "standard_volume",
    "target_met": "standard_target_met",
}
"""The columns of a service standard and the measures that they become."""
STATED: Final = "target_met"
"""The column that says whether a target was met; a file may lack it."""

NO_TEXT: Final = frozenset(
    {"na", "n/a", "nil", "none", "nd", "so", "s/o", "s.o.", "no comments", "not applicable",
     "non applicable", "non-applicable", "sans objet", "unavailable", "non disponible",
     "http://", "https://"}
)  # fmt: skip
"""What people write into a text or an address to say that there is none."""

TYPES: Final = {
    "APIR": (
        "Agreements, permissions, inspections, rulings",
        "Accords, autorisations, inspections, décisions",
    ),
    "CER": ("Care, education, recreation", "Soins, éducation, loisirs"),
    "GNC": ("Grants and contributions", "Subventions et contributions"),
    "INFO": ("Information", "Informations"),
    "LRP": ("Legislation, regulation, policy", "Législation, réglementation, politique"),
    "PPI": ("Penalties, protection, intervention", "Pénalités, protection, interventions"),
    "REG_VOL": (
        "High volume regulatory transactions",
        "Opérations réglementaires à demande élevée",
    ),
    "RES": ("Resources", "Ressources"),
}
"""The types of services, in English and in French."""
SEVERAL: Final = ("Several types of service", "Plusieurs types de service")
"""The category of a service of more than one type; its keywords say which."""
CLIENTS: Final = {
    "ECONOM": ("Businesses", "Entreprises"),
    "FOR": ("Foreign entities", "Entités étrangères"),
    "INTERN_GOV": ("Internal to government", "Interne au gouvernement"),
    "NGO": ("Non-profit organizations", "Organismes sans but lucratif"),
    "PERSON": ("Persons", "Particuliers"),
    "PTC": (
        "Provinces, territories or communities",
        "Provinces, territoires et collectivités",
    ),
}
"""The groups of clients, in English and in French."""

CHANNEL_WORDS: Final = {
    "online": ("online", "en ligne"),
    "phone": ("telephone", "téléphone"),
    "in-person": ("in person", "en personne"),
    "mail": ("mail", "poste"),
    "email": ("e-mail", "courriel"),
    "fax": ("fax", "télécopieur"),
    "other": ("other", "autre"),
}
PARTIAL: Final = (
    "The total is of the channels with data; there is none for: {}.",
    "Le total est celui des modes qui ont des données; il n’y en a pas pour : {}.",
)
"""The note on a year whose total leaves out channels without data, in both languages."""

SETTINGS: Final = """\
# Written by: perfsite import gc-service-inventory. Every entry is described in docs/data-format.md.
# Say who publishes this site, and whom to write to:
# publisher = ""
# contact = ""

title = "Services of the Government of Canada"
description = "Applications, digital take-up and service standards of the services that \
departments and agencies of the Government of Canada list in its service inventory."
status = "An unofficial copy of the Government of Canada's service inventory"
licence = "Open Government Licence - Canada"
licence_url = "https://open.canada.ca/en/open-government-licence-canada"
languages = ["en-CA", "fr-CA"]
currency = "CAD"
digital_channels = ["online"]
caveats = [
  "A transaction is an application for the service. Telephone enquiries and website visits are \
counted too, and are no transactions.",
  "Only applications made online count as digital; those by e-mail do not.",
  "The inventory tells where a channel does not apply (NA) from where there is no data (ND). Its \
total leaves both out: where a channel has no data, the true total may be larger, and no digital \
take-up is shown.",
  "Figures are for fiscal years, April to March.",
  "Short names of organizations are their codes in the inventory; some are older than the names.",
]

[translations.fr-CA]
title = "Services du gouvernement du Canada"
description = "Demandes, recours au numérique et normes des services que les ministères et \
organismes du gouvernement du Canada inscrivent à son répertoire de services."
status = "Une copie non officielle du répertoire de services du gouvernement du Canada"
caveats = [
  "Une transaction est une demande de service. Les demandes de renseignements par téléphone et les \
visites du site Web sont comptées aussi, mais ne sont pas des transactions.",
  "Seules les demandes présentées en ligne comptent comme numériques; celles par courriel ne \
comptent pas.",
  "Le répertoire distingue un mode qui ne s’applique pas (NA) d’un mode sans données (ND). Son \
total ne compte ni l’un ni l’autre : là où un mode n’a pas de données, le vrai total peut être \
plus grand, et aucun recours au numérique n’est affiché.",
  "Les chiffres sont ceux d’exercices, d’avril à mars.",
  "Les noms abrégés des organisations sont leurs codes dans le répertoire; certains sont plus \
anciens que les noms.",
]

[[sources]]
name = "GC Service Inventory"
publisher = "Treasury Board of Canada Secretariat"
licence = "Open Government Licence - Canada"
url = "https://open.canada.ca/data/en/dataset/3ac0d080-6149-499a-8b06-7ce5f00ec56c"

[measures.website_visits]
name = "Website visits"
kind = "count"
aggregation = "sum"

[measures.phone_enquiries]
name = "Telephone enquiries"
kind = "count"
aggregation = "sum"

# A service standard: the target is a share of all cases; its channel is the standard's id.
[measures.standard_target]
name = "Target of the service standard"
kind = "share"
aggregation = "none"

[measures.standard_met]
name = "Cases that met the service standard"
kind = "count"
aggregation = "none"

[measures.standard_volume]
name = "Cases under the service standard"
kind = "count"
aggregation = "none"

[measures.standard_target_met]
name = "Whether the target was met, as stated: 1 for yes, 0 for no"
kind = "count"
aggregation = "none"
"""
