# How every plot of the benchmarks looks: a curve for each server, legible on white and on black.
set encoding utf8
set terminal svg size 720,400 dynamic font "sans-serif,13" background "#ffffff"
set style line 1 linecolor "#0b7a75" linewidth 2.5 pointtype 7 pointsize 0.5
set style line 2 linecolor "#c8553d" linewidth 2.5 pointtype 5 pointsize 0.5
set style line 3 linecolor "#8a8a8a" linewidth 1.5 pointtype 9 pointsize 0.5 dashtype 2
set logscale x
set xtics (1, 2, 4, 8, 16, 32, 64, 100, 300, 1000, 3000)
set yrange [0:*]
set border 3
set tics nomirror
set grid ytics linecolor "#dddddd"
set key above
