// fw8u_ev_wce5380_s2: evolved, wce <= 5380, smallest area of its gates
// 8x8 bits, unsigned operands and product
//
// Error over all 65,536 operand pairs: MAE 1638.982, WCE 5360, EP 99.947 %, MRE 2100.666 %,
//   mean 324.000
// Mapped to faultwave45.lib: 88.7 um^2, 0.0780 pJ per multiplication, 0.45 ns
// Expected MAE under a random stuck-at fault of this netlist: 4118.8
// Nets: pp_<i>_<j> = A[i] & B[j]; <gate>_<l>_<n> gate n of its kind at level l
// Method: Cartesian genetic programming, J. F. Miller and P. Thomson, EuroGP 2000
//
// Generated in 7 s, do not edit:
//   faultwave evolve --width 8 --metric wce --limit 5380 --objective area --seed-netlist fw8u_ft_wce2809 --seed 2 --islands 2 --offspring 4 --generations 60000 --out fw8u_ev_wce5380_s2.v
module fw8u_ev_wce5380_s2 (
  // verilator lint_off UNUSED
  input  wire [7:0] A,
  input  wire [7:0] B,
  // verilator lint_on UNUSED
  output wire [15:0] O
);
  wire pp_6_5;
  wire pp_7_5;
  wire pp_6_6;
  wire pp_7_6;
  wire pp_4_7;
  wire pp_5_7;
  wire pp_6_7;
  wire pp_7_7;
  wire or_2_0;
  wire and_2_0;
  wire and_3_0;
  wire or_4_0;
  wire and_4_0;
  wire or_5_0;
  wire xor_2_0;
  wire and_2_1;
  wire and_3_1;
  wire xor_3_0;
  wire or_4_1;
  wire and_5_0;
  wire xor_5_0;
  wire and_5_1;
  wire and_6_0;
  wire xor_6_0;
  wire or_7_0;
  wire xor_2_1;
  wire and_2_2;
  wire and_5_2;
  wire xor_5_1;
  wire or_6_0;
  wire andnot_7_0;
  wire xor_8_0;
  wire and_8_0;
  wire or_9_0;
  wire xor_7_0;
  wire and_7_0;
  wire and_9_0;
  wire xor_9_0;
  wire or_10_0;
  wire const0;
  wire const1;

  assign pp_6_5 = A[6] & B[5];
  assign pp_7_5 = A[7] & B[5];
  assign pp_6_6 = A[6] & B[6];
  assign pp_7_6 = A[7] & B[6];
  assign pp_4_7 = A[4] & B[7];
  assign pp_5_7 = A[5] & B[7];
  assign pp_6_7 = A[6] & B[7];
  assign pp_7_7 = A[7] & B[7];
  assign or_2_0 = pp_7_6 | pp_6_6;
  assign and_2_0 = B[4] & pp_6_5;
  assign and_3_0 = or_2_0 & A[5];
  assign or_4_0 = and_2_0 | and_3_0;
  assign and_4_0 = and_3_0 & and_2_0;
  assign or_5_0 = pp_4_7 | and_4_0;
  assign xor_2_0 = pp_7_5 ^ pp_6_6;
  assign and_2_1 = pp_7_5 & pp_6_6;
  assign and_3_1 = xor_2_0 & pp_5_7;
  assign xor_3_0 = xor_2_0 ^ pp_5_7;
  assign or_4_1 = and_2_1 | and_3_1;
  assign and_5_0 = and_4_0 & pp_4_7;
  assign xor_5_0 = or_4_0 ^ xor_3_0;
  assign and_5_1 = or_4_0 & xor_3_0;
  assign and_6_0 = xor_5_0 & or_5_0;
  assign xor_6_0 = xor_5_0 ^ or_5_0;
  assign or_7_0 = and_5_1 | and_6_0;
  assign xor_2_1 = pp_7_6 ^ pp_6_7;
  assign and_2_2 = pp_7_6 & pp_6_7;
  assign and_5_2 = xor_2_1 & or_4_1;
  assign xor_5_1 = xor_2_1 ^ or_4_1;
  assign or_6_0 = and_2_2 | and_5_2;
  assign andnot_7_0 = xor_6_0 & ~and_5_0;
  assign xor_8_0 = xor_5_1 ^ or_7_0;
  assign and_8_0 = xor_5_1 & or_7_0;
  assign or_9_0 = xor_8_0 | and_5_0;
  assign xor_7_0 = pp_7_7 ^ or_6_0;
  assign and_7_0 = pp_7_7 & or_6_0;
  assign and_9_0 = pp_7_7 & and_8_0;
  assign xor_9_0 = xor_7_0 ^ and_8_0;
  assign or_10_0 = and_7_0 | and_9_0;
  assign const0 = 1'b0;
  assign const1 = 1'b1;

  assign O[0] = pp_7_7;
  assign O[1] = const0;
  assign O[2] = const0;
  assign O[3] = or_6_0;
  assign O[4] = const0;
  assign O[5] = const0;
  assign O[6] = or_7_0;
  assign O[7] = B[0];
  assign O[8] = A[3];
  assign O[9] = A[2];
  assign O[10] = B[3];
  assign O[11] = const1;
  assign O[12] = andnot_7_0;
  assign O[13] = or_9_0;
  assign O[14] = xor_9_0;
  assign O[15] = or_10_0;
endmodule
