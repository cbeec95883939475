// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE svg
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/report.hpp>
#include <elbo/io/svg.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace elbo;

namespace {

std::size_t times(std::string_view text, std::string_view what) {
    std::size_t count = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + what.size()))
        ++count;
    return count;
}

// Every tag that opens is closed, in order. Style sheets hold no tags, and HTML's void elements are no pair.
void check_nesting(const std::string& text) {
    std::vector<std::string> inside;
    for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
        const std::size_t end = text.find('>', at);
        BOOST_REQUIRE(end != std::string::npos);
        BOOST_REQUIRE(text.find('<', at + 1) > end);
        const std::string tag  = text.substr(at + 1, end - at - 1);
        const std::string name = tag.substr(0, tag.find_first_of(" \n/", 1));
        if (tag.front() == '!' || tag.back() == '/' || name == "meta" || name == "img") continue;
        if (tag.front() != '/') {
            inside.push_back(name);
            continue;
        }
        BOOST_REQUIRE(!inside.empty());
        BOOST_TEST(inside.back() == tag.substr(1));
        inside.pop_back();
    }
    BOOST_TEST(inside.empty());
}

io::series falling(std::size_t n) {
    io::series s{"loss", {}, {}};
    for (std::size_t i = 0; i < n; ++i)
        s.x.push_back(static_cast<double>(i)), s.y.push_back(100 + 1000.0 / static_cast<double>(i + 1));
    return s;
}

std::vector<std::string> labels(const io::axis& a) {
    std::vector<std::string> out;
    for (const double tick : a.ticks) out.push_back(a.label(tick));
    return out;
}

using texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_CASE(ticks_are_round) {
    BOOST_TEST(labels(io::linear_axis(0, 1, 5, 0)) == (texts{"0", "0.2", "0.4", "0.6", "0.8", "1"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(io::linear_axis(-120, -80, 4, 0)) == (texts{"-120", "-110", "-100", "-90", "-80"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(io::linear_axis(0, 19999, 4, 0)) == (texts{"0", "5k", "10k", "15k", "20k"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(io::linear_axis(0, 0.03, 3, 0)) == (texts{"0", "0.01", "0.02", "0.03"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(io::logarithmic_axis(1e-6, 1e-2)) == (texts{"1e-6", "1e-5", "1e-4", "0.001", "0.01"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(io::logarithmic_axis(1, 10)) == (texts{"1", "2", "5", "10"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_axis_has_a_few_ticks_inside) {
    for (const double scale : {1e-9, 1e-3, 1.0, 37.0, 4.2e5, 1e12})
        for (const double shift : {-1.0, 0.0, 0.37, 5.0}) {
            const io::axis a = io::linear_axis(scale * shift, scale * (shift + 1), 5, 0.04);
            BOOST_TEST(a.ticks.size() >= 3u);
            BOOST_TEST(a.ticks.size() <= 9u);
            for (const double tick : a.ticks) BOOST_TEST((a.place(tick) > -1e-6 && a.place(tick) < 1 + 1e-6));
            BOOST_TEST(a.place(scale * shift) >= 0);
            BOOST_TEST(a.place(scale * (shift + 1)) <= 1);
        }
    for (const double same : {0.0, 3.0, -1e6}) {  // one value still has a place
        const io::axis a = io::linear_axis(same, same, 5, 0);
        BOOST_TEST((a.place(same) > 0.3 && a.place(same) < 0.7));
    }
}

BOOST_AUTO_TEST_CASE(a_plot_is_well_formed_and_the_same_every_time) {
    const io::plot_options options{.title = "a < b & \"c\"", .x_label = "step", .y_label = "nats", .log_y = true};
    const std::string      once = io::line_plot({falling(500), falling(20)}, options);
    BOOST_TEST(once == io::line_plot({falling(500), falling(20)}, options));
    check_nesting(once);
    BOOST_TEST(once.find("a &lt; b &amp; &quot;c&quot;") != std::string::npos);
    BOOST_TEST(times(once, "<path ") == 2u);
    check_nesting(io::line_plot({}));
    check_nesting(io::line_plot({{"nothing", {}, {}}}));
    BOOST_CHECK_THROW(io::line_plot({{"crooked", {1, 2}, {1}}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(what_is_missing_leaves_a_gap) {
    const double none = std::numeric_limits<double>::quiet_NaN(), endless = std::numeric_limits<double>::infinity();
    const std::string plot = io::line_plot({{"loss", {0, 1, 2, 3, 4, 5}, {1, 2, none, 3, 2, endless}}});
    BOOST_TEST(times(plot, "nan") == 0u);
    BOOST_TEST(times(plot, "inf") == 0u);
    const std::size_t path = plot.find("<path d=\"");
    BOOST_TEST(times(std::string_view(plot).substr(path, plot.find("/>", path) - path), "M") == 2u);
    const std::string logarithmic = io::line_plot({{"loss", {0, 1, 2}, {1, -1, 2}}}, {.log_y = true});
    BOOST_TEST(times(logarithmic, "nan") == 0u);
}

BOOST_AUTO_TEST_CASE(a_point_alone_is_a_dot) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(times(io::line_plot({{"loss", {3}, {2}}}), "h0") == 1u);
    BOOST_TEST(times(io::line_plot({{"loss", {0, 1, 2, 3, 4}, {1, none, 3, none, 2}}}), "h0") == 3u);
    BOOST_TEST(times(io::line_plot({{"loss", {0, 1}, {1, 2}}}), "h0") == 0u);
}

BOOST_AUTO_TEST_CASE(many_points_make_a_small_file_that_keeps_its_extremes) {
    io::series s           = falling(200'000);
    s.y[123'456]           = 5000;  // one spike
    const std::string plot = io::line_plot({s});
    BOOST_TEST(plot.size() < 80'000u);
    io::series without = s;
    without.y[123'456] = 100;
    BOOST_TEST(io::line_plot({without}, {.y_high = 5000}) != io::line_plot({s}, {.y_high = 5000}));
}

BOOST_AUTO_TEST_CASE(a_scatter_plot_has_a_colour_for_each_class) {
    const std::vector<float>        points  = {0, 0, 1, 1, 2, 0, std::numeric_limits<float>::quiet_NaN(), 1};
    const std::vector<std::uint8_t> classes = {0, 1, 1, 2};
    const std::string plot = io::scatter_plot(points, classes, {.title = "z", .class_names = {"zero", "one"}});
    check_nesting(plot);
    BOOST_TEST(times(plot, "<path ") == 2u);  // the third class has no place
    BOOST_TEST(times(plot, "h0") == 3u);
    BOOST_TEST(times(plot, "nan") == 0u);
    BOOST_TEST(times(plot, ">one<") == 1u);
    BOOST_TEST(times(plot, ">2<") == 1u);
    check_nesting(io::scatter_plot({}, {}));
    BOOST_CHECK_THROW(io::scatter_plot(points, {classes.data(), 3}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(base64_is_that_of_the_standard) {  // RFC 4648, section 10
    const auto of = [](std::string_view text) {
        return io::base64({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    };
    BOOST_TEST(of("") == "");
    BOOST_TEST(of("f") == "Zg==");
    BOOST_TEST(of("fo") == "Zm8=");
    BOOST_TEST(of("foo") == "Zm9v");
    BOOST_TEST(of("foobar") == "Zm9vYmFy");
    BOOST_TEST(of("\xFB\xFF") == "+/8=");
}

BOOST_AUTO_TEST_CASE(a_report_is_one_page_that_needs_nothing_else) {
    io::report page{.title = "<run> & co", .command = "./fc_vae --set a=\"b\""};
    page.numbers       = {{"ELBO", "-103.4", "nats per image, grey pixels"}};
    page.configuration = {{"epochs", "20"}};
    page.environment   = io::environment_facts();
    page.model_card    = "layer  shape\nx<y>   (3)";
    page.add_curve(io::line_plot({falling(50)}), "the loss");
    page.add_picture(blank(8, 8, {1, 2, 3}), "eight by eight", "a note");
    page.add_animation({blank(8, 8, {1, 2, 3}), blank(8, 8, {3, 2, 1})}, "two frames");
    page.add_drawing(io::scatter_plot({}, {}), "a map");
    const std::string text = io::html(page);
    BOOST_TEST(text == io::html(page));
    check_nesting(text);
    BOOST_TEST(times(text, "http") == times(text, "http://www.w3.org/2000/svg"));  // a name, which nobody fetches
    BOOST_TEST(times(text, "<script") == 0u);
    BOOST_TEST(times(text, "<link") == 0u);
    BOOST_TEST(times(text, "url(") == 0u);
    BOOST_TEST(times(text, " src=\"data:image/") == 2u);
    for (const char* part :
         {"&lt;run&gt; &amp; co", "--set a=&quot;b&quot;", "-103.4", "nats per image, grey pixels", "x&lt;y&gt;   (3)",
          "the loss", "eight by eight", "a note", "two frames", "a map", "Compiler"})
        BOOST_TEST(times(text, part) >= 1u, part);
    const std::string empty = io::html({.title = "nothing yet"});
    check_nesting(empty);
    BOOST_TEST(times(empty, "<h2>") == 0u);
}
