#include "mettle/payload/bodies.hpp"

#include "mettle/base/units.hpp"
#include "mettle/payload/data_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>

namespace mettle::payload {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::string content_type_of(const fs::path& path) {
    static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
        {".json", "application/json"}, {".jpg", "image/jpeg"},      {".jpeg", "image/jpeg"},
        {".png", "image/png"},         {".gif", "image/gif"},       {".webp", "image/webp"},
        {".txt", "text/plain"},        {".xml", "application/xml"}, {".wav", "audio/wav"},
        {".mp3", "audio/mpeg"},        {".csv", "text/csv"}};
    std::string extension = path.extension();
    std::ranges::transform(extension, extension.begin(),
                           [](unsigned char letter) { return std::tolower(letter); });
    for (const auto& [name, type] : kTypes)
        if (name == extension) return std::string(type);
    return "application/octet-stream";
}

// A CSV cell is a number where it reads as one, else text.
std::string json_value(const DataField& field) {
    if (field.is_json) return field.value;
    const auto number = nlohmann::json::parse(field.value, nullptr, /*allow_exceptions=*/false);
    if (number.is_number()) return field.value;
    return nlohmann::json(field.value)
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string object_of(const DataRow& row) {
    std::string text = "{";
    for (const DataField& field : row.fields) {
        if (text.size() > 1) text += ',';
        text += nlohmann::json(field.name)
                    .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        text += ':' + json_value(field);
    }
    return text + '}';
}

// Adds bodies as long as there is room.
class Gathering {
public:
    Gathering(std::size_t count, std::size_t most_bytes) : count_(count), most_bytes_(most_bytes) {}

    bool add(Body body) {
        bytes_ += body.bytes.size();
        if (bodies.size() == count_ || bytes_ > most_bytes_) return false;
        bodies.push_back(std::move(body));
        return true;
    }

    std::vector<Body> bodies;

private:
    std::size_t count_, most_bytes_, bytes_ = 0;
};

Result<void> add_files(Gathering& gathering, const fs::path& folder, std::size_t most_bytes) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const bool hidden = entry.path().filename().string().starts_with('.');
        if (!hidden && entry.is_regular_file(error)) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const fs::path& file : files) {
        auto bytes = read_whole_file(file, most_bytes);
        if (!bytes) return std::unexpected(bytes.error());
        if (!gathering.add({content_type_of(file), std::move(*bytes)})) break;
    }
    return {};
}

}  // namespace

Result<std::vector<Body>> read_bodies(const std::string& path, std::size_t count,
                                      std::size_t most_bytes) {
    Gathering gathering(count, most_bytes);
    std::error_code error;
    if (fs::is_directory(path, error)) {
        if (auto added = add_files(gathering, path, most_bytes); !added)
            return std::unexpected(added.error());
        if (gathering.bodies.empty()) return invalid(fmt::format("{} has no files", path));
    } else if (path.ends_with(".csv") || path.ends_with(".jsonl") || path.ends_with(".ndjson")) {
        const auto rows = read_data_file(path);
        if (!rows) return std::unexpected(rows.error());
        for (const DataRow& row : *rows)
            if (!gathering.add({"application/json", object_of(row)})) break;
    } else {
        auto bytes = read_whole_file(path, most_bytes);
        if (!bytes) return std::unexpected(bytes.error());
        gathering.add({content_type_of(path), std::move(*bytes)});
    }
    if (gathering.bodies.empty())
        return fail(Error::Kind::too_large,
                    fmt::format("{}: its first body is beyond {}", path, format_size(most_bytes)));
    return std::move(gathering.bodies);
}

}  // namespace mettle::payload
