"""The words that the sample's people and companies are made of; all invented."""

GIVEN_AND_FAMILY: dict[str, tuple[str, str]] = {
    "anglo": (
        (
            "James Emily Robert Laura Megan Daniel Hannah Scott Rachel Brian Nicole Gary Denise Mark Allison"
            " Tyler Brooke Keith Theresa Wade Owen Fiona Graham Isla"
        ),
        (
            "Carter Whitaker Hughes Brennan Mercer Doyle Sutton Lawson Pritchard Holloway Garner Fletcher"
            " Thornton Beckett Hale Maddox Kearney Rowe Winslow Ashby Tanner"
        ),
    ),
    "african_american": (
        "Marcus Keisha Andre Tamika Darnell Monique Terrence Jasmine Malik Renee Isaiah Latoya",
        "Washington Booker Freeman Gaines Hampton Merriweather Tolliver Rivers Bolden Charles",
    ),
    "hispanic": (
        "Carlos Lucia Javier Marisol Diego Ximena Rafael Paola Miguel Elena Andres Daniela Hector Beatriz",
        "Ortega Villanueva Cisneros Montoya Salazar Escobedo Trevino Becerra Lozano Cardenas Fuentes Zamora",
    ),
    "germanic": (
        "Stefan Katrin Jonas Anke Markus Heike Lars Ingrid Matthias Svenja Pieter Marieke Henrik Astrid",
        "Brandt Vogel Kessler Lindqvist Hoekstra Reinhardt Neumann Dahl Jansen Steiner Holm Visser",
    ),
    "south_asian": (
        "Priya Arjun Neha Vikram Anjali Rohan Kavita Sanjay Meera Imran Farah Deepak",
        "Nair Menon Kulkarni Chaudhary Iyer Banerjee Reddy Qureshi Malhotra Deshpande",
    ),
    "east_asian": (
        "Wei Mei Kenji Yuki Min-jun Ji-woo Linh Tuan Grace Kevin Alice Victor",
        "Chen Zhang Tanaka Nakamura Park Kang Nguyen Tran Lin Huang",
    ),
    "slavic": (
        "Tomasz Agnieszka Pavel Ivana Marek Katarzyna Andrei Milena Bogdan Petra",
        "Kowalczyk Novak Dvorak Wojcik Petrov Horvat Zielinska Marinov",
    ),
    "african": (
        "Chinedu Amara Kwame Ngozi Tendai Abena Sipho Zainab",
        "Okafor Mensah Adeyemi Dlamini Owusu Nwosu Banda Eze",
    ),
    "french": (
        "Camille Julien Sophie Mathieu Elodie Antoine Nathalie Olivier",
        "Tremblay Gagnon Lefebvre Moreau Bouchard Girard Fontaine Roy",
    ),
    "middle_eastern": (
        "Layla Omar Yasmin Karim Nadia Samir Leila Tariq",
        "Haddad Nasser Khalil Farouk Aziz Rahimi Mansour Saleh",
    ),
}

PEOPLE_OF: dict[str, dict[str, int]] = {
    "United States": {
        "anglo": 44, "african_american": 13, "hispanic": 15, "south_asian": 8, "east_asian": 8, "germanic": 4,
        "slavic": 4, "african": 2, "middle_eastern": 2,
    },
    "Canada": {"anglo": 44, "french": 26, "south_asian": 14, "east_asian": 10, "slavic": 6},
    "United Kingdom": {"anglo": 68, "south_asian": 14, "slavic": 8, "african": 6, "middle_eastern": 4},
    "Germany": {"germanic": 80, "slavic": 10, "middle_eastern": 10},
    "Netherlands": {"germanic": 84, "french": 6, "middle_eastern": 10},
    "Mexico": {"hispanic": 100},
    "India": {"south_asian": 100},
}  # fmt: skip
COUNTRIES: dict[str, int] = {
    "United States": 66,
    "Canada": 11,
    "United Kingdom": 8,
    "Mexico": 5,
    "Germany": 5,
    "Netherlands": 3,
    "India": 2,
}

COMPANY_FIRST = (
    "Northfield Halvorsen Ridgeline Blackwater Tamarack Keystone Lakeshore Ironbridge Summit Cascadia Delmar"
    " Prairie Stonebrook Granite Redwood Harborview Pinnacle Silverton Whitford Copperfield Eastgate Millrace"
    " Falcon Baxley Crestline Orchard Juniper Wexford Larkspur Bayfront Hawthorne Meadowlark Calder Thornbury"
    " Sable Kestrel Ashford Vanguard Tidewater Windham Alder Brightwater Corwin Dunmore Elkhorn Fairmont"
)
COMPANY_LAST: dict[str, str] = {
    "Foundry": "metals",
    "Packaging": "packaging",
    "Bottling": "food and beverage",
    "Castings": "metals",
    "Foods": "food and beverage",
    "Plastics": "plastics",
    "Precision": "machining",
    "Paper": "pulp and paper",
    "Coatings": "chemicals",
    "Hydraulics": "machining",
    "Dairy": "food and beverage",
    "Automation": "machining",
    "Containers": "packaging",
    "Chemical": "chemicals",
}
SIZES = ("51-200", "51-200", "201-500", "201-500", "501-1000", "1001-5000", "11-50")

TITLES: dict[str, tuple[str, ...]] = {
    "A": (
        "Plant Operations Manager",
        "VP Manufacturing",
        "Director of Operations",
        "Maintenance Manager",
        "Plant Manager",
        "Head of Production Engineering",
    ),
    "B": (
        "Reliability Engineer",
        "Continuous Improvement Lead",
        "Procurement Manager",
        "Maintenance Supervisor",
        "Manufacturing Engineer",
        "Operations Excellence Manager",
    ),
    "C": (
        "Quality Manager",
        "Process Engineer",
        "Buyer",
        "Production Planner",
        "EHS Specialist",
        "Financial Controller",
    ),
    "D": ("Student", "Marketing Consultant", "Account Executive", "Intern", "Recruiter", "Freelance Writer"),
}
REPS = ("Dana Whitfield", "Luis Ferrer", "Aisha Coleman", "Ben Sorensen", "Mina Kapoor", "Greg Novotny")
