#pragma once

// The folder of kept runs: runs/ID.json, tags/TAG/ID (empty files), and an index of both kinds of
// names that is made anew when it is lost. Several processes, also of several people on a shared
// folder, may use it at once: files appear whole by renaming, and who changes the index holds a
// lock.

#include "mettle/history/entry.hpp"
#include "mettle/history/index.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mettle::history {

// $XDG_DATA_HOME/mettle, else ~/.local/share/mettle; empty where there is neither.
std::filesystem::path default_folder();

struct Limits {
    std::size_t runs = 2000;                       // Without a tag; older ones are thrown away.
    std::uint64_t bytes = std::uint64_t{1} << 30;  // The same.
    std::uint64_t file_bytes = std::uint64_t{256} << 20;
};

class Store {
public:
    // Makes the folder where it is missing.
    static Result<Store> open(const std::filesystem::path& folder, Limits limits = {});

    // Keeps a result's JSON and gives back its id. What is there already is kept once.
    Result<std::string> add(std::string_view json);
    // Newest first, with tags.
    std::vector<Entry> list();
    // "@TAG": all runs with it, oldest first; an id or the beginning of one: that run.
    Result<std::vector<Entry>> find(const std::string& name);
    std::filesystem::path file_of(const std::string& id) const;
    Result<std::string> read(const std::string& id) const;

    Result<void> tag(const std::string& id, const std::string& tag);
    Result<void> untag(const std::string& id, const std::string& tag);
    // Writes ID.json, and ID.tags with one a line, into a folder; import reads what export wrote,
    // or any result's file.
    Result<void> export_to(const std::filesystem::path& folder, const Entry& entry) const;
    Result<std::string> import(const std::filesystem::path& file);

private:
    Store(std::filesystem::path folder, Limits limits);

    void refresh();
    void prune();
    std::vector<std::string> tags_of(const std::string& id) const;

    std::filesystem::path folder_;
    Limits limits_;
    Index index_;
};

}  // namespace mettle::history
