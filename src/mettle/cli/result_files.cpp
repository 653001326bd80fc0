#include "mettle/cli/result_files.hpp"

#include "mettle/report/html_page.hpp"
#include "mettle/report/load_summary.hpp"
#include "mettle/results/hdr_log.hpp"
#include "mettle/results/percentile_table.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

namespace mettle::cli {

namespace {

constexpr std::array<std::string_view, 6> kExtensions = {".json", ".html", ".xml",
                                                         ".md",   ".hlog", ".hgrm"};

std::string extension_of(const std::string& path) {
    return std::filesystem::path(path).extension().string();
}

}  // namespace

Result<void> check_output(const std::string& path) {
    return check_output(path, kExtensions);
}

Result<void> check_output(const std::string& path, std::span<const std::string_view> forms) {
    const std::string extension = extension_of(path);
    if (std::ranges::find(forms, extension) == forms.end()) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' says no form: end it with one of {} (.xml is JUnit)", path,
                                fmt::join(forms, ", ")));
    }
    auto folder = std::filesystem::path(path).parent_path();
    if (folder.empty()) folder = ".";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!std::filesystem::is_directory(folder, error)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("the folder {} cannot be made", folder.string()));
    }
    if (std::filesystem::is_directory(path, error) || ::access(folder.c_str(), W_OK) != 0) {
        return fail(Error::Kind::invalid_input, fmt::format("{} cannot be written", path));
    }
    return {};
}

void write_file(const std::string& path, const std::string& text) {
    const std::string beside = path + ".part";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    std::error_code error;
    if (file) std::filesystem::rename(beside, path, error);
    if (!file || error) {
        std::filesystem::remove(beside, error);
        throw StartupError(fmt::format("{} could not be written", path));
    }
}

void write_output(const std::string& path, const results::RunResult& run,
                  const results::Verdict& verdict,
                  const std::vector<results::Expression>& fail_if) {
    const std::string extension = extension_of(path);
    if (extension == ".json")
        write_file(path, results::to_json(run) + "\n");
    else if (extension == ".html")
        write_file(path, report::html_page(results::to_json(run)));
    else if (extension == ".xml")
        write_file(path, report::load_junit(run, fail_if));
    else if (extension == ".md")
        write_file(path, report::load_markdown(run, verdict));
    else if (extension == ".hgrm")
        write_file(path, results::to_percentile_table(run.totals.times.latency));
    else
        write_file(path, results::to_hdr_log(run));
}

}  // namespace mettle::cli
