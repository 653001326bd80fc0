#include "mettle/history/store.hpp"

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

namespace mettle::history {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::unexpected<Error> refuse(std::string why) {
    return fail(Error::Kind::invalid_input, std::move(why));
}

// Of the whole folder, for who changes the index. Given up after 5 s, since a run's file is kept
// already and the index heals itself.
class FolderLock {
public:
    explicit FolderLock(const fs::path& folder)
        : fd_(::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666)) {
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) != 0 &&
               std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(10ms);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    ~FolderLock() {
        if (fd_ >= 0) ::close(fd_);
    }

private:
    int fd_;
};

Result<std::string> read_file(const fs::path& file, std::uint64_t most) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) return refuse(fmt::format("{} cannot be read", file.string()));
    if (size > most)
        return refuse(fmt::format("{} has {} bytes, more than a result has", file.string(), size));
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (!stream || (size > 0 && !(text << stream.rdbuf())))
        return refuse(fmt::format("{} cannot be read", file.string()));
    return std::move(text).str();
}

// Whole or not at all.
Result<void> write_file(const fs::path& file, std::string_view text) {
    const fs::path beside = file.string() + fmt::format(".{}.part", ::getpid());
    std::ofstream stream(beside, std::ios::binary | std::ios::trunc);
    stream.write(text.data(), static_cast<std::streamsize>(text.size()));
    stream.close();
    std::error_code error;
    if (stream) fs::rename(beside, file, error);
    if (!stream || error) {
        const std::string why = error ? error.message() : std::strerror(errno);
        fs::remove(beside, error);
        return fail(Error::Kind::unavailable, fmt::format("{}: {}", file.string(), why));
    }
    return {};
}

std::set<std::string> ids_in(const fs::path& folder) {
    std::set<std::string> ids;
    std::error_code error;
    for (const auto& each : fs::directory_iterator(folder, error)) {
        const std::string id = each.path().stem().string();
        if (each.path().extension() == ".json" && is_name(id)) ids.insert(id);
    }
    return ids;
}

}  // namespace

fs::path default_folder() {
    // A relative one is to be ignored, by XDG's own rules.
    if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && data[0] == '/')
        return fs::path(data) / "mettle";
    if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/')
        return fs::path(home) / ".local" / "share" / "mettle";
    return {};
}

Store::Store(fs::path folder, Limits limits)
    : folder_(std::move(folder)), limits_(limits), index_(folder_ / "index.sqlite") {}

Result<Store> Store::open(const fs::path& folder, Limits limits) {
    std::error_code error;
    const bool is_new = !fs::exists(folder, error);
    fs::create_directories(folder / "runs", error);
    fs::create_directories(folder / "tags", error);
    if (!fs::is_directory(folder / "runs", error))
        return fail(Error::Kind::unavailable,
                    fmt::format("the folder {} cannot be made", folder.string()));
    // Results hold addresses and answers of services: nobody else's business, unless its owner
    // opens it.
    if (is_new) ::chmod(folder.c_str(), 0700);
    return Store(folder, limits);
}

fs::path Store::file_of(const std::string& id) const {
    return folder_ / "runs" / (id + ".json");
}

Result<std::string> Store::add(std::string_view json) {
    if (json.size() > limits_.file_bytes)
        return refuse(fmt::format("it has {} bytes, and at most {} are kept", json.size(),
                                  limits_.file_bytes));
    const auto entry = describe(json);
    if (!entry) return std::unexpected(entry.error());
    if (const auto written = write_file(file_of(entry->id), json); !written)
        return std::unexpected(written.error());
    const FolderLock lock(folder_);
    index_.put(*entry);
    prune();
    return entry->id;
}

// What others have put in or taken away, or a lost index.
void Store::refresh() {
    const std::set<std::string> files = ids_in(folder_ / "runs");
    std::set<std::string> known;
    for (const Entry& entry : index_.all().value_or(std::vector<Entry>())) known.insert(entry.id);
    if (files == known) return;
    const FolderLock lock(folder_);
    for (const std::string& id : files) {
        if (known.contains(id)) continue;
        const auto text = read_file(file_of(id), limits_.file_bytes);
        auto entry = text ? describe(*text) : std::unexpected(text.error());
        if (!entry) entry = Entry{id, "?", "", entry.error().message, "damaged", 0, {}};
        entry->id = id;
        index_.put(*entry);
    }
    for (const std::string& id : known)
        if (!files.contains(id)) index_.remove(id);
}

// The oldest go first. Tagged runs stay whatever they take.
void Store::prune() {
    std::size_t runs = 0;
    std::uint64_t bytes = 0;
    for (const Entry& entry : index_.all().value_or(std::vector<Entry>())) {
        if (!tags_of(entry.id).empty()) continue;
        ++runs;
        bytes += entry.bytes;
        if (runs <= limits_.runs && bytes <= limits_.bytes) continue;
        std::error_code error;
        fs::remove(file_of(entry.id), error);
        index_.remove(entry.id);
    }
}

std::vector<Entry> Store::list() {
    refresh();
    std::vector<Entry> entries = index_.all().value_or(std::vector<Entry>());
    for (Entry& entry : entries) entry.tags = tags_of(entry.id);
    return entries;
}

Result<std::vector<Entry>> Store::find(const std::string& name) {
    std::vector<Entry> found = list();
    if (name.starts_with('@')) {
        const std::string tag = name.substr(1);
        std::erase_if(found, [&](const Entry& entry) {
            return std::ranges::find(entry.tags, tag) == entry.tags.end();
        });
        if (found.empty()) return refuse(fmt::format("no kept run has the tag '{}'", tag));
        std::ranges::reverse(found);
        return found;
    }
    std::erase_if(found, [&](const Entry& entry) { return !entry.id.starts_with(name); });
    if (name.empty() || found.empty())
        return refuse(fmt::format("there is no kept run '{}'; mettle runs lists them", name));
    if (found.size() > 1 && found.front().id != name)
        return refuse(
            fmt::format("'{}' is the beginning of {} ids: write more of it", name, found.size()));
    found.resize(1);
    return found;
}

Result<std::string> Store::read(const std::string& id) const {
    return read_file(file_of(id), limits_.file_bytes);
}

std::vector<std::string> Store::tags_of(const std::string& id) const {
    std::vector<std::string> tags;
    std::error_code error;
    for (const auto& tag : fs::directory_iterator(folder_ / "tags", error)) {
        if (fs::exists(tag.path() / id, error)) tags.push_back(tag.path().filename().string());
    }
    std::ranges::sort(tags);
    return tags;
}

Result<void> Store::tag(const std::string& id, const std::string& tag) {
    if (!is_name(tag))
        return refuse(
            fmt::format("'{}' is no tag: up to 64 letters, digits, '.', '_' and '-'", tag));
    std::error_code error;
    fs::create_directories(folder_ / "tags" / tag, error);
    return write_file(folder_ / "tags" / tag / id, "");
}

Result<void> Store::untag(const std::string& id, const std::string& tag) {
    std::error_code error;
    if (!is_name(tag) || !fs::remove(folder_ / "tags" / tag / id, error))
        return refuse(fmt::format("{} has no tag '{}'", id, tag));
    fs::remove(folder_ / "tags" / tag, error);  // Where it was the last: only empty ones go.
    return {};
}

Result<void> Store::export_to(const fs::path& folder, const Entry& entry) const {
    std::error_code error;
    fs::create_directories(folder, error);
    const auto text = read(entry.id);
    if (!text) return std::unexpected(text.error());
    if (const auto written = write_file(folder / (entry.id + ".json"), *text); !written)
        return written;
    if (entry.tags.empty()) return {};
    return write_file(folder / (entry.id + ".tags"),
                      fmt::format("{}\n", fmt::join(entry.tags, "\n")));
}

Result<std::string> Store::import(const fs::path& file) {
    const auto text = read_file(file, limits_.file_bytes);
    if (!text) return text;
    auto id = add(*text);
    if (!id) return refuse(fmt::format("{}: {}", file.string(), id.error().message));
    std::ifstream tags(fs::path(file).replace_extension(".tags"));
    for (std::string line; std::getline(tags, line);) {
        if (!is_name(line)) continue;
        if (const auto tagged = tag(*id, line); !tagged) return std::unexpected(tagged.error());
    }
    return id;
}

}  // namespace mettle::history
