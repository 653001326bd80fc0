// `mettle runs`: what was kept of earlier loads, proofs and comparisons.

#include "mettle/base/exit_code.hpp"
#include "mettle/base/units.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/history_options.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/cli/startup_errors.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/report/html_page.hpp"
#include "mettle/results/stored_run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace mettle::cli {
namespace {

using history::Entry;
using history::Store;

struct RunsFlags {
    std::vector<std::string> words;
    HistoryOptions history;
    std::size_t most = 20;
    bool json = false;
    std::string to;
};

std::string tags_text(const Entry& entry) {
    std::string text;
    for (const std::string& tag : entry.tags) text += (text.empty() ? "@" : " @") + tag;
    return text;
}

nlohmann::ordered_json entry_json(const Entry& entry) {
    return {{"id", entry.id},         {"verb", entry.verb},       {"started", entry.started},
            {"target", entry.target}, {"verdict", entry.verdict}, {"bytes", entry.bytes},
            {"tags", entry.tags}};
}

int list(Store& store, const RunsFlags& given) {
    std::vector<Entry> entries = store.list();
    const std::size_t all = entries.size();
    entries.resize(std::min(all, given.most));
    if (given.json) {
        auto json = nlohmann::ordered_json::array();
        for (const Entry& entry : entries) json.push_back(entry_json(entry));
        fmt::print("{}\n",
                   json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
        return 0;
    }
    for (const Entry& entry : entries) {
        fmt::print("{:<24}  {:<7}  {:<12}  {}{}{}\n", entry.id, entry.verb, entry.verdict,
                   entry.target, entry.tags.empty() ? "" : "  ", tags_text(entry));
    }
    if (entries.size() < all) fmt::print("... and {} more: -n {}\n", all - entries.size(), all);
    if (all == 0) fmt::print("no run is kept yet: load, prove and compare keep theirs\n");
    return 0;
}

std::vector<Entry> named(Store& store, const std::vector<std::string>& names,
                         std::string_view what) {
    if (names.empty()) throw StartupError(fmt::format("{}: give the id of a run, or @TAG", what));
    std::vector<Entry> entries;
    for (const std::string& name : names)
        for (Entry& entry : value_or_throw(store.find(name))) entries.push_back(std::move(entry));
    return entries;
}

std::string metric_text(const std::string& name, double value) {
    if (name == "memory") return format_size(static_cast<std::uint64_t>(value));
    if (name == "error_rate") return fmt::format("{:.2f} %", 100 * value);
    if (name == "throughput" || name == "capacity") return format_rate(value) + " rps";
    return fmt::format("{:.4g} ms", value);
}

int show(Store& store, const RunsFlags& given, const std::vector<std::string>& names) {
    for (const Entry& entry : named(store, names, "show")) {
        const std::string json = value_or_throw(store.read(entry.id));
        if (!given.to.empty()) {
            write_file(given.to, given.to.ends_with(".html") ? report::html_page(json) : json);
            continue;
        }
        if (given.json) {
            fmt::print("{}\n", json);
            continue;
        }
        fmt::print("{}\n  {:<12} {} of {}\n  {:<12} {}\n  {:<12} {}\n", entry.id, "result",
                   entry.verb, entry.started, "target", entry.target, "verdict", entry.verdict);
        if (!entry.tags.empty()) fmt::print("  {:<12} {}\n", "tags", tags_text(entry));
        if (const auto run = results::read_stored_run(json)) {
            for (const auto& [name, value] : run->metrics)
                fmt::print("  {:<12} {}\n", name, metric_text(name, value));
        }
        fmt::print("  {:<12} {}\n", "file", store.file_of(entry.id).string());
    }
    return 0;
}

int tag(Store& store, std::vector<std::string> names, bool add) {
    const char* what = add ? "tag" : "untag";
    if (names.size() < 2) throw StartupError(fmt::format("mettle runs {} TAG ID...", what));
    std::string tag = names.front();
    names.erase(names.begin());
    if (tag.starts_with('@')) tag.erase(0, 1);
    for (const Entry& entry : named(store, names, what))
        value_or_throw(add ? store.tag(entry.id, tag) : store.untag(entry.id, tag));
    return 0;
}

int export_runs(Store& store, const RunsFlags& given, const std::vector<std::string>& names) {
    if (given.to.empty()) throw StartupError("export: give the folder with --to DIR");
    const auto entries = named(store, names, "export");
    for (const Entry& entry : entries) value_or_throw(store.export_to(given.to, entry));
    fmt::print("{} run{} in {}\n", entries.size(), entries.size() == 1 ? "" : "s", given.to);
    return 0;
}

int import(Store& store, const std::vector<std::string>& paths) {
    if (paths.empty()) throw StartupError("import: give files of results, or folders of them");
    std::vector<std::filesystem::path> files;
    for (const std::string& path : paths) {
        if (!std::filesystem::is_directory(path)) {
            files.emplace_back(path);
            continue;
        }
        for (const auto& each : std::filesystem::directory_iterator(path))
            if (each.path().extension() == ".json") files.push_back(each.path());
    }
    std::ranges::sort(files);
    for (const auto& file : files) fmt::print("{}\n", value_or_throw(store.import(file)));
    return 0;
}

int run(const RunsFlags& given) {
    Store store = open_history(given.history);
    std::vector<std::string> words = given.words;
    const std::string what = words.empty() ? "list" : words.front();
    if (!words.empty()) words.erase(words.begin());
    if (what == "list") return list(store, given);
    if (what == "show") return show(store, given, words);
    if (what == "tag" || what == "untag") return tag(store, std::move(words), what == "tag");
    if (what == "export") return export_runs(store, given, words);
    if (what == "import") return import(store, words);
    throw StartupError(fmt::format(
        "'{}' is none of list, show, tag, untag, export, import; mettle runs --help explains them",
        what));
}

}  // namespace

int runs_main(int argc, char** argv) {
    RunsFlags given;
    Flags flags("runs",
                "What was kept of earlier loads, proofs and comparisons.\n\n"
                "  mettle runs                            the newest\n"
                "  mettle runs show ID [--to report.html] what was found; as a report\n"
                "  mettle runs tag v1 ID ...              then `mettle compare @v1 --new ID ...`\n"
                "  mettle runs untag v1 ID ...\n"
                "  mettle runs export @v1 --to DIR        files to hand on\n"
                "  mettle runs import FILE|DIR ...        results of others");
    flags.app().add_option("WORDS", given.words,
                           "list, show, tag, untag, export or import, and "
                           "ids, beginnings of ids, or @TAG");
    flags.app()
        .add_option("-n", given.most, "list: at most so many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    flags.app().add_flag("--json", given.json, "list, show: as JSON");
    flags.app().add_option("--to", given.to, "export: the folder; show: a .html or .json file");
    add_history_flags(flags, given.history);
    if (!flags.parse(argc, argv)) return 0;
    return run(given);
}

}  // namespace mettle::cli
