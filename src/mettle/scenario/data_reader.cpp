#include "mettle/base/similar.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

std::optional<DataSpec::Order> order_of(std::string_view name) {
    if (name == "round_robin") return DataSpec::Order::round_robin;
    if (name == "random") return DataSpec::Order::random;
    if (name == "per_user") return DataSpec::Order::per_user;
    if (name == "once") return DataSpec::Order::once;
    return {};
}

// A CSV cell that JSON would call a number is one; its digits stay.
KeptValue cell_of(const payload::DataField& field) {
    const bool literal = field.is_json && !field.value.starts_with('"');
    if (is_json_number(field.value)) return KeptValue(Value::of_digits(field.value));
    if (literal && field.value == "null") return {};
    if (literal && (field.value == "true" || field.value == "false"))
        return KeptValue(Value::of(field.value == "true"));
    const std::string text = field.plain();
    return KeptValue(Value::of(std::string_view(text)));
}

// All columns that any row has.
void take_rows(DataSpec& data, const std::vector<payload::DataRow>& rows) {
    for (const payload::DataRow& row : rows) {
        for (std::size_t at = 0; at < row.fields.size(); ++at) {
            const std::string& name = row.fields[at].name;
            // Mostly the same in the same order.
            if (at < data.columns.size() && data.columns[at] == name) continue;
            if (std::ranges::find(data.columns, name) == data.columns.end())
                data.columns.push_back(name);
        }
    }
    data.rows = rows.size();
    data.cells.reserve(rows.size() * data.columns.size());
    for (const payload::DataRow& row : rows) {
        for (const std::string& column : data.columns) {
            const payload::DataField* field = row.field(column);
            data.cells.push_back(field ? cell_of(*field) : KeptValue());
        }
    }
}

void read_rows(ReadContext& context, const YamlNode& node, DataSpec& data) {
    const auto text = context.file(node, "file");
    if (!text) return;
    const bool lines = node.text.ends_with(".jsonl") || node.text.ends_with(".ndjson");
    if (!lines && !node.text.ends_with(".csv"))
        return context.wrong(node, "a data file ends in .csv, .jsonl or .ndjson");
    const auto rows =
        lines ? payload::parse_jsonl(*text, node.text) : payload::parse_csv(*text, node.text);
    if (rows)
        take_rows(data, *rows);
    else
        context.wrong(node, rows.error().message);
}

}  // namespace

void read_data(ReadContext& context, const YamlNode& node) {
    if (!node.is_map())
        return context.wrong(
            node, fmt::format("data is a map of names and files, not {}", node.kind_name()));
    for (const YamlEntry& entry : node.entries) {
        if (!context.variable_name(entry.key, entry.place)) continue;
        DataSpec data;
        data.place = entry.place;
        data.name = entry.key;
        if (entry.value.is_scalar()) {
            read_rows(context, entry.value, data);
        } else {
            KeyReader keys(context, entry.value, "data");
            const YamlNode* file = keys.take("file");
            const YamlNode* order = keys.take("order");
            keys.finish();
            if (file)
                read_rows(context, *file, data);
            else if (entry.value.is_map())
                context.wrong(entry.value, "data needs a 'file'");
            if (order) {
                const auto known = order_of(context.text(*order, "order"));
                if (known)
                    data.order = *known;
                else
                    context.wrong(*order, fmt::format("'{}' is no order of rows; there are "
                                                      "round_robin, random, per_user and once",
                                                      order->text));
            }
        }
        context.scenario.data.push_back(std::move(data));
    }
}

void resolve_columns(ReadContext& context) {
    Scenario& scenario = context.scenario;
    for (const Symbols::Column& column : scenario.symbols.columns()) {
        const auto data = std::ranges::find(scenario.data, column.data, &DataSpec::name);
        Scenario::ColumnOf found;
        if (data == scenario.data.end()) {
            std::vector<std::string> names;
            for (const DataSpec& each : scenario.data) names.push_back(each.name);
            const std::string similar = most_similar(column.data, names);
            context.mistakes.add(
                column.place,
                fmt::format("there is no data '{}'{}", column.data,
                            similar.empty() ? "" : fmt::format("; did you mean '{}'?", similar)));
        } else {
            const auto name = std::ranges::find(data->columns, column.name);
            found = {static_cast<std::uint32_t>(data - scenario.data.begin()),
                     static_cast<std::uint32_t>(name - data->columns.begin())};
            if (name == data->columns.end() && data->rows > 0) {
                const std::string similar = most_similar(column.name, data->columns);
                context.mistakes.add(
                    column.place,
                    fmt::format("{} has no column '{}'; {}", data->name, column.name,
                                similar.empty()
                                    ? fmt::format("there are {}", fmt::join(data->columns, ", "))
                                    : fmt::format("did you mean '{}'?", similar)));
            }
        }
        scenario.columns.push_back(found);
    }
}

}  // namespace mettle::scenario
