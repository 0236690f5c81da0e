"""What a light look at C++ finds."""

from __future__ import annotations

from paget.formats.physicell import read_project
from paget.formats.physicell.custom_code import scan

TEMPLATE = """
/* cell_defaults.functions.custom_cell_rule = commented_out; */
void create_cell_types( void )
{
    initialize_default_cell_definition(); // cell_defaults.functions.update_phenotype = also_commented;
    cell_defaults.functions.volume_update_function = standard_volume_update_function;
    cell_defaults.functions.update_phenotype = NULL;
    initialize_cell_definitions_from_pugixml();
    cell_defaults.functions.update_phenotype = phenotype_function;
}
void setup_microenvironment( void ) { initialize_microenvironment(); }
void setup_tissue( void )
{
    for( int k=0; k < cell_definitions_by_index.size() ; k++ )
    {
        for( int n = 0 ; n < parameters.ints("number_of_cells") ; n++ )
        { Cell* pC = create_cell( *cell_definitions_by_index[k] ); }
    }
    load_cells_from_pugixml(); set_parameters_from_distributions();
}
void phenotype_function( Cell* pCell, Phenotype& phenotype, double dt )
{ return; }
"""

OWN = """
void create_cell_types( void )
{
    Cell_Definition* pCD = find_cell_definition( "worker" );
    pCD->functions.update_phenotype = worker_rule;
    pCD->functions.contact_function = standard_elastic_contact_function;
    pCD->phenotype.mechanics.attachment_elastic_constant = 0.5;
    if( pCD->phenotype.death.dead == true ) { return; }
}
void setup_microenvironment( void ) { microenvironment.add_dirichlet_node( 0, values ); }
void setup_tissue( void ) { Cell* a = create_cell(); Cell* b = create_cell(); }
void worker_rule( Cell* pCell, Phenotype& phenotype, double dt ) { pCell->die(); }
"""


def test_the_template_needs_nothing():
    found = scan(TEMPLATE)
    assert found.needed == []
    assert found.standard_placement
    assert found.loads_cells
    assert found.draws_parameters


def test_what_a_project_of_its_own_needs():
    found = scan(OWN)
    assert found.needed == [
        "update_phenotype = worker_rule",
        "contact_function = standard_elastic_contact_function",
        "update_phenotype = update_cell_and_death_parameters_O2_based",
        "numbers changed in create_cell_types (pCD->phenotype.mechanics.attachment_elastic_constant)",
        "cells placed by setup_tissue",
        "medium changed in setup_microenvironment (add_dirichlet_node)",
    ]
    assert not found.standard_placement


def test_a_project_folder_with_code(settings, write_project, tmp_path):
    parameters = '<number_of_cells type="int">2</number_of_cells>'
    folder = write_project(tmp_path, settings(parameters=parameters))
    (folder / "custom_modules").mkdir()
    (folder / "custom_modules" / "custom.cpp").write_text(TEMPLATE)
    project = read_project(folder)
    assert (project.needs, len(project.population.kind)) == ([], 4)
    assert "custom_modules/custom.cpp" in project.files
    (folder / "custom_modules" / "custom.cpp").write_text(OWN)
    project = read_project(folder)
    assert "cells placed by setup_tissue" in project.needs
    assert len(project.population.kind) == 0
    assert "there are none at the start" in project.report.warnings[-1]
    assert len([row for row in project.report.of("not supported") if row.element == "custom C++"]) == 6


def test_text_that_is_no_code_is_no_trouble():
    scan("}}}} {{{ ((( functions.x = y;\n" * 50)
    scan("")
