#include "mettle/protocols/openapi/lessons.hpp"

#include <algorithm>
#include <cctype>

namespace mettle::protocols::openapi {

namespace {

std::string_view without_slash(std::string_view path) {
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

bool is_learnable(const Operation& operation, std::string_view name,
                  const std::set<std::string>& columns) {
    return std::ranges::any_of(operation.parameters, [&](const Parameter& parameter) {
        return parameter.place == Place::path && parameter.name == name && !parameter.known &&
               !columns.contains(parameter.name);
    });
}

// The longest first: an order of a user is learned with its user.
std::vector<ItemPath> item_paths(const Operation& operation, const std::set<std::string>& columns) {
    std::vector<ItemPath> found;
    const std::string_view path = operation.path;
    std::size_t segments = 0;
    for (std::size_t at = path.find('/'); at != std::string_view::npos;) {
        const std::size_t next = path.find('/', at + 1);
        const std::string_view segment = path.substr(at + 1, next - at - 1);
        ++segments;
        if (at > 0 && segment.size() > 2 && segment.front() == '{' && segment.back() == '}') {
            const std::string_view name = segment.substr(1, segment.size() - 2);
            if (is_learnable(operation, name, columns))
                found.push_back({std::string(path.substr(0, at)), std::string(name), segments});
        }
        at = next;
    }
    std::ranges::reverse(found);
    return found;
}

std::vector<std::uint32_t> teachers_of(const ItemPath& item,
                                       const std::vector<const Operation*>& operations) {
    std::vector<std::uint32_t> teachers;
    for (std::uint32_t index = 0; index < operations.size(); ++index) {
        const Operation& operation = *operations[index];
        const bool may_tell = operation.method == "GET" || operation.method == "POST";
        if (may_tell && without_slash(operation.path) == item.collection) teachers.push_back(index);
    }
    return teachers;
}

std::string to_snake(std::string_view name) {
    std::string text;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isupper(byte) && !text.empty()) text += '_';
        text += letter == '-' ? '_' : static_cast<char>(std::tolower(byte));
    }
    return text;
}

std::string to_camel(std::string_view snake) {
    std::string text;
    bool upper = false;
    for (const char letter : snake) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter != '_') text += upper ? static_cast<char>(std::toupper(byte)) : letter;
        upper = letter == '_';
    }
    return text;
}

// "item" of "/shop/items".
std::string singular_of(std::string_view collection) {
    std::string_view word = collection.substr(collection.rfind('/') + 1);
    if (word.ends_with('s')) word.remove_suffix(1);
    return std::string(word.contains('{') ? "" : word);
}

}  // namespace

Lessons find_lessons(const std::vector<const Operation*>& operations,
                     const std::set<std::string>& columns) {
    Lessons lessons;
    for (const Operation* operation : operations) {
        auto& taken = lessons.taken.emplace_back();
        for (ItemPath& item : item_paths(*operation, columns)) {
            const auto known = std::ranges::find(lessons.all, item, &Lesson::item);
            if (known != lessons.all.end()) {
                taken = static_cast<std::uint32_t>(known - lessons.all.begin());
                break;
            }
            auto teachers = teachers_of(item, operations);
            if (teachers.empty()) continue;
            taken = static_cast<std::uint32_t>(lessons.all.size());
            lessons.all.push_back({std::move(item), std::move(teachers)});
            break;
        }
    }
    return lessons;
}

std::vector<std::string> id_fields(const ItemPath& item) {
    std::vector<std::string> fields;
    const auto add = [&](std::string name) {
        if (!name.empty() && std::ranges::find(fields, name) == fields.end())
            fields.push_back(std::move(name));
    };
    const std::string snake = to_snake(item.parameter);
    add(item.parameter);
    add(snake);
    add(to_camel(snake));
    if (snake != "id" && !snake.ends_with("_id")) return fields;
    add("id");
    if (const std::string singular = singular_of(item.collection); !singular.empty()) {
        add(to_snake(singular) + "_id");
        add(to_camel(to_snake(singular) + "_id"));
    }
    return fields;
}

std::size_t length_of_segments(std::string_view target, std::size_t segments) {
    const std::string_view path = target.substr(0, target.find_first_of("?#"));
    std::size_t end = 0;
    for (std::size_t count = 0; count < segments; ++count) {
        if (end >= path.size() || path[end] != '/') return std::string_view::npos;
        end = std::min(path.find('/', end + 1), path.size());
    }
    return end;
}

}  // namespace mettle::protocols::openapi
