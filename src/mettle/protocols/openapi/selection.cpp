#include "mettle/protocols/openapi/selection.hpp"

#include "mettle/protocols/openapi/harmless.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mettle::protocols::openapi {

namespace {

constexpr std::size_t kMostNamed = 20;  // Of what the document has, in an error.

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::string_view path_of(std::string_view target) {
    return target.substr(0, target.find('?'));
}

std::string_view next_segment(std::string_view& path) {
    const auto end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    return segment;
}

// "/items/5" fits "/items/{id}".
bool fits(std::string_view pattern, std::string_view path) {
    if (std::ranges::count(pattern, '/') != std::ranges::count(path, '/')) return false;
    while (!pattern.empty() || !path.empty()) {
        const auto wanted = next_segment(pattern), given = next_segment(path);
        const auto open = wanted.find('{');
        const bool free = open != std::string_view::npos && !given.empty() &&
                          given.starts_with(wanted.substr(0, open));
        if (wanted != given && !free) return false;
    }
    return true;
}

bool fits(const Document& document, const Operation& operation, std::string_view path) {
    return fits(document.base_path + operation.path, path) || fits(operation.path, path);
}

std::string listed(const Document& document) {
    std::string text;
    for (std::size_t index = 0; index < document.operations.size(); ++index) {
        if (index == kMostNamed)
            return text + fmt::format(" and {} more", document.operations.size() - index);
        text += (index ? ", " : "") + document.operations[index].name();
    }
    return text.empty() ? "none" : text;
}

bool is_named(const Operation& operation, std::string_view name) {
    return operation.name() == name || operation.path == name ||
           (!operation.id.empty() && operation.id == name);
}

// The method may be written in small letters.
std::string with_upper_method(std::string name) {
    const auto blank = name.find(' ');
    if (blank == std::string::npos || name.starts_with('/')) return name;
    std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(blank), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
    return name.erase(blank, name.find_first_not_of(' ', blank) - blank - 1);
}

Result<Selection> select_named(const Document& document, const std::vector<std::string>& names) {
    Selection selection;
    for (const std::string& given : names) {
        const std::string name = with_upper_method(given);
        std::size_t found = 0;
        for (const Operation& operation : document.operations) {
            if (!is_named(operation, name)) continue;
            ++found;
            if (!operation.problem.empty())
                return invalid(fmt::format("{}: {}", operation.name(), operation.problem));
            if (std::ranges::find(selection.chosen, &operation) == selection.chosen.end())
                selection.chosen.push_back(&operation);
        }
        if (!found)
            return invalid(
                fmt::format("--only '{}': the OpenAPI document has no such operation; "
                            "it has {}",
                            given, listed(document)));
    }
    return selection;
}

// What a caller of that path means first: to predict, to read, to send.
int rank(const Operation& operation) {
    if (looks_like_prediction(operation)) return 0;
    if (operation.method == "GET") return 1;
    return operation.method == "POST" ? 2 : 3;
}

Result<Selection> select_path(const Document& document, std::string_view path) {
    std::vector<const Operation*> found;
    for (const Operation& operation : document.operations)
        if (fits(document, operation, path)) found.push_back(&operation);
    if (found.empty())
        return invalid(
            fmt::format("the OpenAPI document has no path {}; it has {}", path, listed(document)));
    // A path without templates is meant before one that it also fits.
    std::ranges::sort(found, {}, [](const Operation* operation) {
        return std::tuple(std::ranges::count(operation->path, '{'), rank(*operation), operation);
    });
    const Operation& best = *found.front();
    if (!best.problem.empty()) return invalid(fmt::format("{}: {}", best.name(), best.problem));
    if (rank(best) == 3)
        return invalid(fmt::format("{} may change something: ask for it with --only '{}'",
                                   best.name(), best.name()));
    Selection selection;
    selection.by_path = true;
    selection.chosen.push_back(&best);
    return selection;
}

}  // namespace

bool names_operation(const Document& document, std::string_view target) {
    std::string_view path = path_of(target);
    while (path.ends_with('/')) path.remove_suffix(1);
    return !path.empty() && path != document.base_path;
}

bool has_path(const Document& document, std::string_view target) {
    return std::ranges::any_of(document.operations, [&](const Operation& operation) {
        return fits(document, operation, path_of(target));
    });
}

Result<Selection> select(const Document& document, const Wanted& wanted) {
    if (!wanted.only.empty()) return select_named(document, wanted.only);
    if (!wanted.all && names_operation(document, wanted.path))
        return select_path(document, path_of(wanted.path));
    Selection selection;
    for (const Operation& operation : document.operations) {
        const std::string why =
            wanted.all ? operation.problem : why_not_by_default(operation, wanted.columns);
        if (why.empty())
            selection.chosen.push_back(&operation);
        else
            selection.left_out.push_back({operation.name(), why});
    }
    std::ranges::sort(selection.chosen, {}, [](const Operation* operation) {
        return std::pair(rank(*operation), operation);  // Those of a rank as in the document.
    });
    return selection;
}

}  // namespace mettle::protocols::openapi
