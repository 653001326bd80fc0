#pragma once

// What the readers of a scenario's parts share: the values of YAML nodes as types, and where to say
// what is wrong with them. A reader that finds a mistake notes it and goes on with a default.

#include "mettle/scenario/reader.hpp"
#include "mettle/schema/yaml_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::scenario {

// What stands in `defaults`, as far as requests need it.
struct RequestDefaults {
    Duration timeout = Duration::zero();
    bool follow_redirects = true;
    std::vector<Check> checks;
};

class ReadContext : public YamlReader {
public:
    ReadContext(Scenario& its_scenario, Mistakes& its_mistakes, const ReadOptions& its_options)
        : YamlReader(its_mistakes), scenario(its_scenario), options(its_options) {}

    // As YamlReader's.
    std::optional<double> rate(const YamlNode& node, std::string_view what);
    std::optional<load::WaitTime> wait(const YamlNode& node, std::string_view what);
    Template text_template(const YamlNode& node, std::string_view what);
    // The same; a number, a truth or nothing that is not in quotes is what it says.
    Template value_template(const YamlNode& node, std::string_view what);
    // `${...}` or the bare expression.
    Formula formula(const YamlNode& node, std::string_view what);
    Formula formula(const YamlNode& node, std::string_view source, std::size_t offset);
    // Of a source that was made of texts at the node which have been read already.
    Formula made_formula(const YamlNode& node, std::string_view source);
    std::optional<std::string> file(const YamlNode& node, std::string_view what);
    // Letters, digits and _; no word of the expression language.
    bool variable_name(std::string_view name, const Place& place);

    Scenario& scenario;
    const ReadOptions& options;
    std::string folder;  // Of the file that is read: "" or ending in '/'.
    RequestDefaults defaults;
    // Own metrics, and the expressions about such: one may stand before the other.
    std::vector<std::pair<std::string, std::string>> metrics;  // Name and unit.
    std::vector<std::pair<Place, results::Expression>> about_metrics;

private:
    void set_place(const YamlNode& node);
    Place place_in(const YamlNode& node, std::size_t offset) const;
};

bool is_header_name(std::string_view name);
// A plain scalar that JSON would call a number, true or false.
bool is_json_number(std::string_view text);

// The parts. Each of them in a file of its own.
Steps read_steps(ReadContext& context, const YamlNode& node, bool in_nested_set);
// Whether a map's keys make it a step: has `get`, `wait`, ...
bool is_step(const YamlNode& node);
// ws_open, ws_say or ws_close.
RequestStep read_socket_step(ReadContext& context, const YamlNode& node, const YamlEntry& kind);
RequestStep read_request(ReadContext& context, const YamlNode& node, const YamlEntry& verb);
std::vector<Check> read_checks(ReadContext& context, const YamlNode& node);
void read_extractions(ReadContext& context, const YamlNode& node,
                      std::vector<Extraction>& extractions);
std::vector<HeaderText> read_headers(ReadContext& context, const YamlNode& node);
HeaderText read_auth(ReadContext& context, const YamlNode& node);
Template json_template(ReadContext& context, const YamlNode& node);
void read_body(ReadContext& context, const YamlEntry& entry, RequestStep& request);
void read_load(ReadContext& context, const YamlNode& node);
void read_users(ReadContext& context, const YamlNode& node);
// A class whose keys stand at the root of the document, among others: `KeyReader::finish()` is the
// caller's.
void read_user_keys(ReadContext& context, KeyReader& keys, UserSpec& user, const Place& place);
void read_data(ReadContext& context, const YamlNode& node);
void resolve_columns(ReadContext& context);

}  // namespace mettle::scenario
